import { readFileSync } from 'node:fs';
import path from 'node:path';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const BLOCK = /^```(\w+)\n(.*?)^```$/gms;

/** A fenced block of a document. */
export interface CodeBlock {
  /** The word behind the fence. */
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a document of this project, in order. */
export function codeBlocksOf(document: string): CodeBlock[] {
  const text = readFileSync(path.join(PROJECT, document), 'utf8');
  return [...text.matchAll(BLOCK)].map(([, language = '', code = '']) => ({ language, code }));
}
