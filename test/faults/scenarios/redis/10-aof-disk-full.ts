import { SmallDisk } from '../../../support/small-disk.js';
import { waitUntil } from '../../../support/wait-until.js';
import { type Fault, NotInjected } from '../../fault.js';

const DISK_MEGABYTES = 4;
const MEANWHILE = 60;

/**
 * With `appendfsync everysec` Redis refuses writes until there is space again; with `always` it ends,
 * and has to be started again when there is. Nothing acknowledged may be lost either way.
 */
const fault: Fault = {
  number: 10,
  name: 'disk of the AOF full',
  selection: 'all',
  async run(world) {
    const disk = await SmallDisk.open(DISK_MEGABYTES);
    if (disk === null) throw new NotInjected('it takes root, or user namespaces, to mount a tmpfs');
    world.cleanUp(() => disk.close());
    const redis = await world.privateRedis({ dir: disk.folder }, disk.launcher);
    await world.begin({ redisUrl: redis.url });

    await redis.command('CONFIG', 'SET', 'appendfsync', 'everysec');
    await disk.fill();
    const failed = await waitUntil(
      'an append is refused',
      () => world.app.logged('ingest.append_failed')[0],
    );
    await world.issued(MEANWHILE);
    await disk.free();
    await waitUntil('Redis writes again', async () => (await redis.log()).includes('solved'));
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always');
    await world.atWork();

    await disk.fill();
    await redis.ended();
    await world.issued(MEANWHILE);
    await disk.free();
    await redis.start();
    world.faultEnded();

    expect(JSON.stringify(failed)).toContain('MISCONF');
    expect(await redis.log()).toMatch(/No space left on device|Short write/);
    expect(await redis.log()).toContain("Can't recover from AOF write error");
    return { times: 2, evidence: { refused: failed['error'] } };
  },
};

export default fault;
