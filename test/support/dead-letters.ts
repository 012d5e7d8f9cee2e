import type { App } from './app.js';

/** The fields of REST answers about dead letters that tests read. */
export interface LetterItem {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  readonly journal_id: string;
  readonly event_index: number;
  readonly attempts: number;
  readonly received_at: string;
  readonly replayed_at: string | null;
  readonly preview: string;
}

export interface LetterList {
  readonly items: readonly LetterItem[];
  readonly next_cursor: string | null;
}

export interface ReplayItem {
  readonly id: string;
  readonly outcome: string;
  readonly message_id: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

export interface ReplayList {
  readonly dry_run: boolean;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly items: readonly ReplayItem[];
  readonly next_cursor: string | null;
}

export interface Posted<Body> {
  readonly status: number;
  readonly body: Body;
}

/** POST of a path below /api/v1/health/dead-letters. */
export async function post<Body>(app: App, route: string): Promise<Posted<Body>> {
  const response = await fetch(`${app.url}/api/v1/health/dead-letters${route}`, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Replays a selection; anything but 200 is an error. */
export async function replayMany(app: App, query: string): Promise<ReplayList> {
  const { status, body } = await post<ReplayList>(app, `/replay?${query}`);
  if (status !== 200) throw new Error(`replay?${query}: ${String(status)} ${JSON.stringify(body)}`);
  return body;
}

export async function replayOne(app: App, id: string, query = ''): Promise<ReplayItem> {
  const { status, body } = await post<ReplayItem>(app, `/${id}/replay${query}`);
  if (status !== 200) throw new Error(`${id}/replay: ${String(status)} ${JSON.stringify(body)}`);
  return body;
}

/** Every letter, received last first. */
export const lettersOf = async (app: App, query = ''): Promise<readonly LetterItem[]> =>
  (await app.api<LetterList>(`/dead-letters?limit=1000${query}`)).items;
