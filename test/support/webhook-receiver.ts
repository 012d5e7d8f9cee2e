import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What the webhook sends of an alert. */
export interface ToldAlert {
  readonly id: string;
  readonly type: 'alert.changed';
  readonly changed_at: string;
  readonly name: string;
  readonly severity: string;
  readonly state: string;
  readonly value: number | null;
  readonly threshold: number;
  readonly summary: string;
  readonly what_to_do: string;
  readonly instance_id: string;
}

/** What the webhook sends of a service. */
export interface Told {
  readonly id: string;
  readonly type: 'status.changed';
  readonly service_name: string;
  readonly from_status: string | null;
  readonly to_status: string;
  readonly changed_at: string;
  readonly reason: string;
  readonly instance_id: string | null;
  readonly message_id: string | null;
}

export interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly told: Told;
  /** How often this key had come before. */
  readonly repetition: number;
}

/** Answers a request: a status, after a while, elsewhere; null leaves it without an answer. */
export type Answer = {
  readonly status: number;
  readonly afterMs?: number;
  readonly location?: string;
} | null;

const OK: Answer = { status: 204 };

/** A receiver of webhooks on loopback that remembers what it was sent, and can fail or go away. */
export class WebhookReceiver {
  /** Every request, in the order in which they came. */
  readonly requests: Request[] = [];
  /** Those answered with 2xx, in the order of the answers. */
  readonly accepted: Request[] = [];
  answer: (request: Request) => Answer | Promise<Answer> = () => OK;
  /** Services and alerts that more than one request was under way for at once. */
  readonly overlapping = new Set<string>();
  mostAtOnce = 0;
  private readonly underWay = new Map<string, number>();
  private server: Server | null = null;
  private port = 0;

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.comeBack();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Requests without an answer so far. */
  get waiting(): number {
    return [...this.underWay.values()].reduce((sum, one) => sum + one, 0);
  }

  /** As if it had just been opened; still there, and on the same port. */
  forget(): void {
    this.requests.length = 0;
    this.accepted.length = 0;
    this.overlapping.clear();
    this.mostAtOnce = 0;
    this.answer = () => OK;
  }

  /** Listens again, on the port it had. */
  async comeBack(): Promise<void> {
    this.server = createServer((request, response) => void this.take(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on, and cuts off those under way. */
  async goAway(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let received: Request;
    try {
      received = this.remember(request.headers, await text(request));
    } catch {
      return; // the sender was cut off
    }
    const subject = subjectOf(received.told);
    this.count(subject, 1);
    response.once('close', () => {
      this.count(subject, -1);
    });
    const answer = await this.answer(received);
    if (answer === null) return;
    if (answer.afterMs !== undefined) await delay(answer.afterMs);
    if (response.destroyed) return; // the sender has not waited
    if (answer.status < 300) this.accepted.push(received);
    const { location } = answer;
    response.writeHead(answer.status, location === undefined ? {} : { location }).end();
  }

  private remember(headers: IncomingHttpHeaders, body: string): Request {
    const told = JSON.parse(body) as Told;
    const repetition = this.requests.filter((one) => one.told.id === told.id).length;
    const request = { headers, body, told, repetition };
    this.requests.push(request);
    return request;
  }

  private count(subject: string, change: number): void {
    const now = (this.underWay.get(subject) ?? 0) + change;
    this.underWay.set(subject, now);
    if (now > 1) this.overlapping.add(subject);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.waiting);
  }
}

/** What a request tells of. */
const subjectOf = (told: Told | ToldAlert): string =>
  told.type === 'alert.changed' ? `alert ${told.name}` : told.service_name;
