import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from } from 'pg-copy-streams';

/**
 * Sends all of `data` to a `COPY … FROM STDIN`. Resolves to the number of rows when the server has
 * taken them; rejects as a statement does, and the connection is as usable then as after one.
 */
export async function copyIn(
  client: ClientBase,
  sql: string,
  data: Buffer,
  timeoutMs: number,
): Promise<number> {
  // The driver reads its limit off whatever it is given to send. Source: pg, Client.query.
  const stream = client.query(Object.assign(from(sql), { query_timeout: timeoutMs }));
  stream.on('error', () => undefined); // the end of its input may fail, too, after the refusal
  stream.end(data);
  await finished(stream);
  return stream.rowCount;
}
