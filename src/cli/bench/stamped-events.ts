import { randomInt } from 'node:crypto';
import type { Fleet } from './fleet.js';

/** Events prepared at once; then their order is gone through again. */
const AT_LEAST_PREPARED = 20_000;
/** Random numbers to begin with, so that two publishers do not give the same id. */
const FIRST_IDS = 2 ** 40;
const ID_DIGITS = 12;
const ID_LENGTH = 36;

interface Template {
  readonly command: Buffer;
  /** Where the last group of the id begins. */
  readonly idAt: number;
  readonly timestampAt: number;
}

/**
 * `PUBLISH` commands without end, each of a new event as of now, for less than making its document would cost:
 * of prepared commands, only id and time are written anew.
 */
export class StampedEvents {
  private readonly templates: readonly Template[];
  private next = 0;
  private id = randomInt(FIRST_IDS);

  /** Of the fleet's events in turn, whole rounds of its `instances`. */
  constructor(channel: string, fleet: Fleet, instances: number) {
    const count = Math.ceil(AT_LEAST_PREPARED / instances) * instances;
    this.templates = fleet.events(count).map(({ json }) => templateOf(channel, json));
  }

  /** The next command, as of a moment in ISO 8601. */
  command(timestamp: string): Buffer {
    const template = this.templates[this.next];
    if (template === undefined) throw new Error('no events are prepared');
    this.next = (this.next + 1) % this.templates.length;
    const command = Buffer.from(template.command);
    this.id += 1;
    command.write(this.id.toString(16).padStart(ID_DIGITS, '0'), template.idAt, 'latin1');
    command.write(timestamp, template.timestampAt, 'latin1');
    return command;
  }
}

function templateOf(channel: string, json: string): Template {
  const command = Buffer.from(publishCommand(channel, json));
  return {
    command,
    idAt: valueAt(command, 'message_id') + ID_LENGTH - ID_DIGITS,
    timestampAt: valueAt(command, 'timestamp'),
  };
}

/** Where a field's text begins. */
function valueAt(command: Buffer, field: string): number {
  const key = `"${field}":"`;
  const at = command.indexOf(key);
  if (at < 0) throw new Error(`the document has no ${field}`);
  return at + key.length;
}

/** As Redis reads it from a socket. Source: RESP2, arrays of bulk strings. */
export function publishCommand(channel: string, json: string): string {
  const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  return `*3\r\n${bulk('PUBLISH')}${bulk(channel)}${bulk(json)}`;
}
