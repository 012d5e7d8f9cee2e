import { readFile } from 'node:fs/promises';
import path from 'node:path';

const PROJECT = path.resolve(import.meta.dirname, '../..');

/** The text of a document; `file` is relative to the project. */
const documentText = async (file: string): Promise<string> =>
  await readFile(path.join(PROJECT, file), 'utf8');

/** The SQL statements that a document shows, in order. */
export async function sqlIn(file: string): Promise<string[]> {
  const blocks = (await documentText(file)).matchAll(/^ *```sql\n(.*?)^ *```$/gms);
  return [...blocks].flatMap(([, block = '']) =>
    block
      .split(/;\s*$/m)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  );
}
