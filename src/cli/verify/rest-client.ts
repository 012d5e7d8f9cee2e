import { textOf } from '../../runtime/error-text.js';
import { CheckFailed } from './checklist.js';

const API_PREFIX = '/api/v1/health';
/** The product answers within 5 s, also where it cannot do what it is asked. */
const TIMEOUT_MS = 8_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the deployment over REST, as everybody does. What it throws is a {@link CheckFailed}. */
export class RestClient {
  constructor(
    private readonly baseUrl: string,
    private readonly token: string | null,
  ) {}

  /** Whatever the status is. */
  async get(path: string): Promise<Answer> {
    return await this.request('GET', path);
  }

  /** GET below the prefix of the API; null where there is no such thing. */
  async find<Body>(route: string): Promise<Body | null> {
    const answer = await this.request('GET', API_PREFIX + route);
    return answer.status === 404 ? null : (this.body('GET', route, answer) as Body);
  }

  /** Below the prefix of the API; anything but success has failed. */
  async api<Body>(method: 'GET' | 'POST', route: string): Promise<Body> {
    return this.body(method, route, await this.request(method, API_PREFIX + route)) as Body;
  }

  /** False where there was no such thing. */
  async remove(route: string): Promise<boolean> {
    const answer = await this.request('DELETE', API_PREFIX + route);
    if (answer.status === 404) return false;
    this.requireSuccess('DELETE', route, answer);
    return true;
  }

  private body(method: string, route: string, answer: Answer): unknown {
    this.requireSuccess(method, route, answer);
    try {
      return JSON.parse(answer.text);
    } catch {
      throw new CheckFailed(`${method} ${route} at ${this.baseUrl} answers no JSON: ${ANOTHER}`);
    }
  }

  private requireSuccess(method: string, route: string, { status, text }: Answer): void {
    if (status >= 200 && status < 300) return;
    if (status === 401) {
      throw new CheckFailed(
        this.token === null
          ? `${this.baseUrl} wants a token: set HEALTH_API_TOKEN to the deployment's`
          : `${this.baseUrl} refuses the token: HEALTH_API_TOKEN is not the deployment's`,
      );
    }
    if (status === 403) {
      throw new CheckFailed(
        `${this.baseUrl} lets only its own host change something: set HEALTH_API_TOKEN there and here`,
      );
    }
    throw new CheckFailed(`${method} ${route} is answered ${String(status)}: ${detailOf(text)}`);
  }

  private async request(method: string, path: string): Promise<Answer> {
    try {
      const response = await fetch(this.baseUrl.replace(/\/+$/, '') + path, {
        method,
        headers: this.token === null ? {} : { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new CheckFailed(
        `nothing answers at ${this.baseUrl} (${textOf(cause)}): HEALTH_BASE_URL must name the running deployment`,
        { cause: error },
      );
    }
  }
}

const ANOTHER = 'HEALTH_BASE_URL names something else';

/** What a problem document (RFC 9457) says; else the first characters. */
function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // no JSON
  }
  return text.slice(0, 200);
}
