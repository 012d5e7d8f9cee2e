import { type Check, requirement } from './check.js';

/** As `engines` of package.json has it. */
const NEEDED = { major: 20, minor: 19 };

/** @param version such as `20.19.4` */
export function nodeVersion(version: string): Check {
  const node = requirement('node.js version', `${NEEDED.major}.${NEEDED.minor} or newer`);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
  return isEnough ? node.ok(version) : node.failed(version, 'install a newer Node.js');
}
