export type CheckState = 'ok' | 'warning' | 'failed';

/** One line of the checklist; as JSON it is read by machines, so names stay as they are. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  readonly found: string;
  readonly needed: string;
  /** Null where nothing is to be done. */
  readonly what_to_do: string | null;
}

/** Something the product needs, to be held against what is found. */
export interface Requirement {
  readonly ok: (found: string) => Check;
  /** It works, and less well or less surely than it could. */
  readonly warning: (found: string, whatToDo: string) => Check;
  /** It does not work, or loses what is promised to be kept. */
  readonly failed: (found: string, whatToDo: string) => Check;
}

export function requirement(name: string, needed: string): Requirement {
  return {
    ok: (found) => ({ name, state: 'ok', found, needed, what_to_do: null }),
    warning: (found, whatToDo) => ({ name, state: 'warning', found, needed, what_to_do: whatToDo }),
    failed: (found, whatToDo) => ({ name, state: 'failed', found, needed, what_to_do: whatToDo }),
  };
}

const MAX_LISTED = 5;

/** Names in a row, the first few where there are many. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  const first = names.slice(0, MAX_LISTED).join(', ');
  return more > 0 ? `${first} and ${String(more)} more` : first;
}

const MEBIBYTE = 1024 * 1024;

export const mebibytes = (bytes: number): string => `${String(Math.round(bytes / MEBIBYTE))} MiB`;
