import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const PROJECT = path.resolve(import.meta.dirname, '../..');

/** Made, not written. */
const NOT_OURS = new Set(['.git', '.services', 'coverage', 'dist', 'node_modules']);
const FENCED = /^ *```(\w*)\n(.*?)^ *```$/gms;

/** Files and folders of the project, relative to it, folders without a slash at the end. */
export async function projectPaths(): Promise<ReadonlySet<string>> {
  const top = (await readdir(PROJECT)).filter((name) => !NOT_OURS.has(name));
  const below = await Promise.all(
    top.map(async (name) => {
      const names = await readdir(path.join(PROJECT, name), { recursive: true }).catch(() => []);
      return names.map((inner) => path.join(name, inner));
    }),
  );
  return new Set([...top, ...below.flat()]);
}

/** The documents that speak of the present state of the project. */
export async function documents(): Promise<string[]> {
  const paths = [...(await projectPaths())];
  return paths
    .filter((name) => /^(README|CONTRIBUTING|docs\/.*)\.md$/.test(name))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The text of a file; `file` is relative to the project. */
export const textOf = async (file: string): Promise<string> =>
  await readFile(path.join(PROJECT, file), 'utf8');

/** The SQL statements that a document shows, in order. */
export async function sqlIn(file: string): Promise<string[]> {
  const blocks = [...(await textOf(file)).matchAll(FENCED)];
  return blocks
    .filter(([, language]) => language === 'sql')
    .flatMap(([, , block = '']) => block.split(/;\s*$/m))
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** What stands in backticks within the sentences of a text. */
export const inlineCode = (text: string): string[] =>
  [...text.replace(FENCED, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The code blocks of a text: a variable that they read is the reader's own. */
export const fencedCode = (text: string): string =>
  [...text.matchAll(FENCED)].map(([, , block = '']) => block).join('\n');

/** Targets of the links of a text. */
export const linkTargets = (text: string): string[] =>
  [...text.replace(FENCED, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);

/** What a `#` in a link to this text may be followed by. */
export const anchorsIn = (text: string): string[] =>
  [...text.replace(FENCED, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
