import { readFile, rename } from 'node:fs/promises';

const TAIL_LINES = 15;

/**
 * Puts the log of the run before aside, so that two runs are kept and never more.
 * @param {string} file
 */
export async function rotateLog(file) {
  await rename(file, `${file}.1`).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** @param {string} file @returns {Promise<string>} its last lines, '' where there is none */
export async function tailOf(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
