import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run quickstart -- [--demo [--seed N]]

  --demo   a made-up fleet publishes, fails and recovers, until Ctrl-C
  --seed   of its story: the same number tells the same one (default: 1)`;

/**
 * @typedef {object} Options
 * @property {boolean} hasDemo
 * @property {readonly string[]} demoArgs what the demo is started with
 */

/**
 * @param {readonly string[]} args
 * @returns {Options | null} null where the command line is not as USAGE has it
 */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { demo: { type: 'boolean', default: false }, seed: { type: 'string' } },
    });
    const { demo: hasDemo, seed } = values;
    if (seed === undefined) return { hasDemo, demoArgs: [] };
    return hasDemo && /^\d{1,15}$/.test(seed) ? { hasDemo, demoArgs: ['--seed', seed] } : null;
  } catch {
    return null;
  }
}
