import { ChannelOracle } from '../support/channel-oracle.js';
import { disagreement } from '../support/disagreement.js';
import { onTestFailure } from '../support/failure.js';
import { Program } from '../support/program.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const INSTANCES = 60;
/** Sources may be newer than the build, and then it builds. */
const START_MS = 60_000;

const stage = useStage();
let oracle: ChannelOracle;
let quickstart: Program | null = null;

onTestFailure(() => quickstart?.output ?? '');

beforeAll(async () => {
  oracle = await ChannelOracle.open(stage.scope);
});

afterAll(async () => {
  oracle.close();
  await quickstart?.stop();
});

it('quickstart --demo starts app and fleet; on Ctrl-C the app hears the good-byes of all', async () => {
  const { scope } = stage;
  const instanceId = `${scope.id}-quickstart`;
  quickstart = Program.start('scripts/quickstart.mjs', ['--demo', '--seed', '2'], {
    ...scope.environment,
    PORT: '', // the first free one from 8100 on
    HEALTH_INSTANCE_ID: instanceId,
  });
  await waitUntil('all instances begin', () => oracle.live.length === INSTANCES, {
    deadlineMs: START_MS,
  });
  expect(quickstart.output).toContain('A demo fleet begins to publish');
  expect(quickstart.output).toContain('demo: 60 instances publish');

  quickstart.signal('SIGINT');

  expect(await quickstart.ended).toBe(0);
  await waitUntil('its app is gone', async () => (await scope.connectionsOf([instanceId])) === 0);
  expect(oracle.live).toEqual([]);
  // What its app has heard is in the journal at least: the next one may store it, and publishes none.
  expect(await disagreement(scope, await stage.start(), oracle)).toBeNull();
});
