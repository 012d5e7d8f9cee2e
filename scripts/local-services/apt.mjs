import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandFailed, run } from './commands.mjs';
import { findKeyring } from './host.mjs';
import { explainFailure, Refusal, USE_YOUR_OWN } from './refusal.mjs';

/** @typedef {import('./commands.mjs').Account} Account */

/** The Debian release whose packages run together here. */
const RELEASE = 'trixie';

/** `deb` sources whose suite is a release of Debian's main archive, not its security updates. */
const INDEX = /^'(\S+?)\/+dists\/([a-z]+)\/(?:InRelease|main\/\S+)'/gm;

/**
 * A private apt: its own sources, lists and cache in one folder, the host's proxy and download
 * settings, and none of the host's hooks, pins or installed packages.
 */
export class PrivateApt {
  /** @param {string} folder exists, belongs to the account @param {Account} account */
  constructor(folder, account) {
    this.folder = folder;
    this.account = account;
    this.configuration = path.join(folder, 'apt.conf');
  }

  /**
   * Fetches the package lists from the first of the host's mirrors that has the release.
   * @throws {Refusal} no mirror configured, or none of them answers
   */
  async update() {
    const mirrors = await this.#hostMirrors();
    if (mirrors.length === 0) {
      throw new Refusal(
        "No Debian mirror in this host's apt configuration: add one to /etc/apt/sources.list, " +
          `${USE_YOUR_OWN}.`,
      );
    }
    const keyring = await findKeyring();
    await this.#prepare();
    const failures = [];
    for (const mirror of mirrors) {
      const source = `deb [arch=amd64 signed-by=${keyring}] ${mirror} ${RELEASE} main\n`;
      await writeFile(path.join(this.folder, 'sources.list'), source);
      try {
        await this.#aptGet(['update']);
        return;
      } catch (error) {
        failures.push(error);
      }
    }
    throw downloadRefusal(failures[0], this.folder);
  }

  /**
   * What installing the named packages would bring, themselves included.
   * @param {readonly string[]} names
   * @returns {Promise<{ name: string, version: string }[]>}
   */
  async resolve(names) {
    const plan = await this.#orRefuse(['--simulate', 'install', ...names]);
    return [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)].map(([, name, version]) => ({
      name,
      version,
    }));
  }

  /**
   * Downloads the packages and checks their signatures.
   * @param {readonly { name: string, version: string }[]} packages
   * @param {string} into a folder of the account
   */
  async download(packages, into) {
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    await this.#orRefuse(['download', ...wanted], into);
  }

  /** @param {readonly string[]} args @param {string} [cwd] */
  async #orRefuse(args, cwd) {
    try {
      return await this.#aptGet(args, cwd);
    } catch (error) {
      throw downloadRefusal(error, this.folder);
    }
  }

  /** @param {readonly string[]} args @param {string} [cwd] */
  #aptGet(args, cwd = this.folder) {
    const options = ['-qq', '--config-file', this.configuration];
    return run('apt-get', [...options, ...args], { account: this.account, cwd });
  }

  /** The archive addresses of the host's own sources, in its order; needs no package lists. */
  async #hostMirrors() {
    const args = ['-o', `Dir::State::lists=${this.folder}`, '-o', 'Debug::NoLocking=1'];
    const plan = await run('apt-get', [...args, 'update', '--print-uris'], {
      account: this.account,
      cwd: this.folder,
    });
    return [...new Set([...plan.matchAll(INDEX)].map(([, mirror]) => mirror))];
  }

  async #prepare() {
    for (const folder of ['etc/preferences.d', 'state/lists/partial', 'cache/archives/partial']) {
      await mkdir(path.join(this.folder, folder), { recursive: true });
    }
    await writeFile(path.join(this.folder, 'status'), '');
    await writeFile(this.configuration, configuration(this.folder));
    if (this.account) {
      const { uid, gid } = this.account;
      await run('chown', ['-R', `${uid}:${gid}`, this.folder], { account: null, cwd: '/' });
    }
  }
}

/** @param {string} folder */
function configuration(folder) {
  return `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
#clear APT::Architectures;
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir::Etc "${folder}/etc";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "${folder}/state";
Dir::State::lists "${folder}/state/lists";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
`;
}

/**
 * @param {unknown} error
 * @param {string} folder
 * @returns {unknown}
 */
function downloadRefusal(error, folder) {
  const explained = explainFailure(error, folder);
  if (explained !== error || !(error instanceof CommandFailed)) return explained;
  const reason = error.output.split('\n').find((line) => /^(E|Err|W):/.test(line)) ?? error.output;
  const advice = /NO_PUBKEY|not signed/.test(error.output)
    ? 'upgrade the package debian-archive-keyring'
    : `check that \`apt-get update\` works and that its mirror has Debian ${RELEASE}`;
  return new Refusal(
    `The packages could not be downloaded (${reason}): ${advice}, ${USE_YOUR_OWN}.`,
  );
}
