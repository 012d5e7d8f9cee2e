import { Log } from '../../src/observability/log.js';

/** What is logged, kept instead of written. */
export class KeptLog extends Log {
  readonly lines: Readonly<Record<string, unknown>>[] = [];

  override info(fields: string | Readonly<Record<string, unknown>>, event?: unknown): void {
    this.keep('info', fields, event);
  }

  override warn(fields: string | Readonly<Record<string, unknown>>, event?: unknown): void {
    this.keep('warn', fields, event);
  }

  private keep(level: string, fields: string | object, event: unknown): void {
    this.lines.push({ level, event, ...(typeof fields === 'string' ? { text: fields } : fields) });
  }
}
