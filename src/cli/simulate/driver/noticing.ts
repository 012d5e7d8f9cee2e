import type { Micros } from '../../../events/health-event.js';
import type { Stage } from './stage.js';
import { READ_OPEN_SILENCES } from './statements.js';

/** A transition to stale, and when it was written. */
export interface Noticed {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly dueUs: Micros;
  readonly writtenUs: Micros;
}

interface SilenceRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly due_us: Micros;
}

/** Watches the product's table for transitions to stale. */
export class Noticing {
  readonly noticed: Noticed[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly stage: Stage) {}

  /** To be called after every sweep, which is over at `nowUs`. */
  async look(nowUs: Micros): Promise<void> {
    for (const row of await this.stage.rows<SilenceRow>(READ_OPEN_SILENCES)) {
      const key = `${row.service_name}/${row.instance_id}/${String(row.due_us)}`;
      if (this.known.has(key)) continue;
      this.known.add(key);
      this.noticed.push({
        serviceName: row.service_name,
        instanceId: row.instance_id,
        dueUs: row.due_us,
        writtenUs: nowUs,
      });
    }
  }
}
