import { readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PrivateApt } from './apt.mjs';
import { run } from './commands.mjs';
import { makeFolder } from './folders.mjs';
import { requirePackageTools } from './host.mjs';
import { say } from './progress.mjs';
import { explainFailure, Refusal, USE_YOUR_OWN } from './refusal.mjs';
import { writeWrappers } from './wrappers.mjs';

/**
 * What the runtime was made of; `format` changes when an older runtime must be made anew.
 * @typedef {{ format: number, versions: Record<string, string> }} Manifest
 */

const FORMAT = 1;
const WANTED = ['postgresql-17-timescaledb', 'redis-server'];

/** The programs and their libraries; PostgreSQL's packaging scripts, perl and JIT are dead weight. */
const NEEDED = /^(lib|zlib1g|postgresql-17|postgresql-client-17$|redis-)/;
const NOT_NEEDED = /^(libllvm|libz3|libperl|libgdbm|libc-(bin|l10n)$|.*-perl$)/;

/** Packages 35 MiB, unpacked 150 MiB, a fresh database 60 MiB, and its write-ahead log. */
const FREE_BYTES_NEEDED = 600 * 1024 ** 2;

const REPORTED = { PostgreSQL: 'postgresql-17', TimescaleDB: WANTED[0], Redis: 'redis-server' };

/**
 * Brings the unpacked programs into place unless they are there: made beside their final folder and
 * renamed at the end, so that a killed run leaves nothing half-done behind.
 * @param {import('./folders.mjs').Home} home locked by the caller
 * @throws {Refusal}
 */
export async function ensureRuntime(home) {
  if (await readManifest(home)) return;
  await requirePackageTools();
  await requireFreeSpace(home.base);
  const started = Date.now();
  const draft = `${home.runtime}.new`;
  try {
    // A download orphaned by a killed run may still be writing here for a moment.
    await rm(draft, { recursive: true, force: true, maxRetries: 10 });
    await makeFolder(draft, home.account, 0o755);
    const packages = await unpack(draft, home.account);
    await writeWrappers(draft);
    await writeFile(path.join(draft, 'manifest.json'), JSON.stringify(manifestOf(packages)));
    await rm(home.runtime, { recursive: true, force: true });
    await rename(draft, home.runtime);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw explainFailure(error, home.base);
  }
  say(`unpacked in ${((Date.now() - started) / 1000).toFixed(1)} s, kept in ${home.runtime}`);
}

/**
 * @param {import('./folders.mjs').Home} home
 * @returns {Promise<Manifest | null>} null where there is no complete runtime of this format
 */
export async function readManifest(home) {
  try {
    const manifest = JSON.parse(await readFile(path.join(home.runtime, 'manifest.json'), 'utf8'));
    return manifest.format === FORMAT ? manifest : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} draft
 * @param {import('./commands.mjs').Account} account
 */
async function unpack(draft, account) {
  const archives = path.join(draft, 'archives');
  const root = path.join(draft, 'root');
  for (const folder of [archives, root, path.join(draft, 'apt')]) {
    await makeFolder(folder, account, 0o755);
  }
  const apt = new PrivateApt(path.join(draft, 'apt'), account);
  say("reading the package lists of this host's Debian mirror");
  await apt.update();
  const packages = (await apt.resolve(WANTED)).filter(
    ({ name }) => NEEDED.test(name) && !NOT_NEEDED.test(name),
  );
  say(`downloading PostgreSQL, TimescaleDB and Redis (${packages.length} packages)`);
  await apt.download(packages, archives);
  say('unpacking');
  for (const file of await readdir(archives)) {
    await run('dpkg-deb', ['-x', path.join(archives, file), root], { account, cwd: draft });
  }
  const leftovers = [archives, apt.folder, path.join(root, 'usr/share/doc')];
  for (const folder of [...leftovers, path.join(root, 'usr/share/man')]) {
    await rm(folder, { recursive: true, force: true });
  }
  return packages;
}

/** @param {readonly { name: string, version: string }[]} packages @returns {Manifest} */
function manifestOf(packages) {
  const versionOf = (name) =>
    packages.find((one) => one.name === name)?.version.replace(/^\d+:|[-+].*$/g, '') ?? 'unknown';
  const versions = Object.entries(REPORTED).map(([title, name]) => [title, versionOf(name)]);
  return { format: FORMAT, versions: Object.fromEntries(versions) };
}

/** @param {string} folder */
async function requireFreeSpace(folder) {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= FREE_BYTES_NEEDED) return;
  const mebibytes = (bytes) => Math.floor(bytes / 1024 ** 2);
  throw new Refusal(
    `Only ${mebibytes(bavail * bsize)} MiB free for ${folder}, ${mebibytes(FREE_BYTES_NEEDED)} ` +
      `needed: free some, ${USE_YOUR_OWN}.`,
  );
}
