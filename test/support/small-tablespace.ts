import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { servicesControl } from './services.js';
import { fillDisk } from './fill-disk.js';

const run = promisify(execFile);

/**
 * A tablespace of a few megabytes, on a tmpfs: what is in it cannot grow when it is full, while the
 * server's log and all other tables can.
 */
export class SmallTablespace {
  private constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly admin: pg.Client,
  ) {}

  /** Null where this machine does not allow mounts, or PostgreSQL does not run on it. */
  static async create(admin: pg.Client, megabytes: number): Promise<SmallTablespace | null> {
    const control = await servicesControl();
    if (control === null || process.getuid?.() !== 0) return null;
    const owner = await stat(path.join(control.folder, 'postgres')).catch(() => null);
    if (owner === null) return null;
    const folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-tablespace-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', folder]);
    } catch {
      await rm(folder, { recursive: true });
      return null;
    }
    await chown(folder, owner.uid, owner.gid);
    const name = path.basename(folder).toLowerCase().replaceAll('-', '_');
    await admin.query(`CREATE TABLESPACE ${name} LOCATION '${folder}'`);
    await admin.query(`GRANT CREATE ON TABLESPACE ${name} TO PUBLIC`);
    return new SmallTablespace(name, folder, admin);
  }

  /** Takes all the space there is left. */
  async fill(): Promise<void> {
    await fillDisk(this.balloon);
  }

  /** Gives back what {@link fill} took. */
  async free(): Promise<void> {
    await rm(this.balloon, { force: true });
  }

  /** What was made in it must be gone. */
  async drop(): Promise<void> {
    await this.free();
    await this.admin.query(`DROP TABLESPACE ${this.name}`);
    await run('umount', ['--lazy', this.folder]); // a session may have a deleted file open
    await rm(this.folder, { recursive: true });
  }

  private get balloon(): string {
    return path.join(this.folder, 'balloon');
  }
}
