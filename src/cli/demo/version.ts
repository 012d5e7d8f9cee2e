import type { Random } from '../random.js';

/** The version after `version` (major.minor.patch): a patch, or in one of three cases a minor one. */
export function nextVersion(version: string, random: Random): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const next = random.whole(1, 3) === 1 ? [major, minor + 1, 0] : [major, minor, patch + 1];
  return next.join('.');
}
