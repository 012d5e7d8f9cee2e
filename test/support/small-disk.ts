import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fillDisk } from './fill-disk.js';

/**
 * A file system of a few megabytes that fills up: a tmpfs in a mount namespace of its own, so that it
 * is gone with the process that holds it, whatever becomes of the test. Programs see it if they are
 * started with {@link launcher}.
 */
export class SmallDisk {
  private constructor(
    private readonly holder: ChildProcess,
    /** Where it is, inside the namespace only. */
    readonly folder: string,
    /** Words before a command that is to see it. */
    readonly launcher: readonly string[],
  ) {}

  /** Null where the machine allows neither root's mounts nor user namespaces. */
  static async open(megabytes: number): Promise<SmallDisk | null> {
    const folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-disk-'));
    const isRoot = process.getuid?.() === 0;
    const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && echo mounted && exec cat`;
    const holder = spawn(
      'unshare',
      [
        ...(isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount']),
        'sh',
        '-c',
        mount,
        folder,
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const failed = once(holder, 'error').then(
      () => false,
      () => false,
    );
    const ended = once(holder, 'close').then(
      () => false,
      () => false,
    );
    const mounted = once(holder.stdout, 'data').then(
      () => true,
      () => false,
    );
    if (!(await Promise.race([mounted, failed, ended]))) {
      await rm(folder, { recursive: true, force: true });
      return null;
    }
    const target = ['--target', String(holder.pid), '--mount'];
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    return new SmallDisk(holder, folder, ['nsenter', ...target, ...user]);
  }

  /** Takes all the space there is left. */
  async fill(): Promise<void> {
    await fillDisk(this.balloon);
  }

  /** Gives back what {@link fill} took. */
  async free(): Promise<void> {
    await rm(this.balloon, { force: true });
  }

  /** Lets the file system go; what still uses it must have ended. */
  async close(): Promise<void> {
    const ended = once(this.holder, 'close');
    this.holder.kill('SIGKILL');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Seen from outside the namespace. Source: proc_pid_root(5). */
  private get balloon(): string {
    return path.join('/proc', String(this.holder.pid), 'root', this.folder, 'balloon');
  }
}
