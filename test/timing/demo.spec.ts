import path from 'node:path';
import { DEFAULT_SEED } from '../../src/cli/demo/options.js';
import { Story } from '../../src/cli/demo/story.js';
import { type App, distribution } from '../support/app.js';
import { ChannelOracle, type Heard } from '../support/channel-oracle.js';
import { hasCourse, rollouts, sharedFailures, silentInstances } from '../support/courses.js';
import { differences } from '../support/differences.js';
import { disagreement } from '../support/disagreement.js';
import { onTestFailure } from '../support/failure.js';
import { Program } from '../support/program.js';
import { testServices } from '../support/services.js';
import { useStage } from '../support/stage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const SERVICES = 20;
const INSTANCES = 60;
const SPEED = 20;
/** Five minutes of the story: 60 instances that report every 5 s, and changes besides. */
const EVENTS = 3_600;
/** Reports are due every 5 s of the story. */
const SILENT_MS = 30_000 / SPEED;
const DEADLINE_MS = 40_000;

const stage = useStage();
let app: App;
let oracle: ChannelOracle;
const programs: Program[] = [];

onTestFailure(() => programs.map(({ output }) => `--- output\n${output}`).join('\n'));

function startDemo(environment: Readonly<Record<string, string>> = {}): Program {
  const file = path.join(distribution(), 'src/cli/demo.js');
  const program = Program.start(file, ['--speed', String(SPEED)], {
    ...stage.scope.environment,
    ...environment,
  });
  programs.push(program);
  return program;
}

const expectAgreement = async (): Promise<void> => {
  expect(await disagreement(stage.scope, app, oracle)).toBeNull();
};

type StoryReport = Pick<Heard, 'instance' | 'version' | 'message' | 'responseTimeMs'>;

/** The first reports of the default story, as its seed has it. */
function storyOf(count: number): StoryReport[] {
  const reports: StoryReport[] = [];
  for (const beat of new Story(DEFAULT_SEED).beats()) {
    if (reports.length === count) break;
    if (beat.kind === 'line') continue;
    const { instanceId: instance, version, message, reading } = beat.report;
    reports.push({ instance, version, message, responseTimeMs: reading.responseTimeMs });
  }
  return reports;
}

const reportIn = ({ instance, version, message, responseTimeMs }: Heard): StoryReport => ({
  instance,
  version,
  message,
  responseTimeMs,
});

/** Stops a process where it stands, looks, and lets it go on. */
async function frozen(program: Program, look: () => Promise<void>): Promise<void> {
  program.signal('SIGSTOP');
  try {
    await look();
  } finally {
    program.signal('SIGCONT');
  }
}

beforeAll(async () => {
  // Nobody here says what becomes of the instance that falls silent.
  app = await stage.start({ HEALTH_GRACE_SECONDS: '86400' });
  oracle = await ChannelOracle.open(stage.scope);
});

afterAll(async () => {
  oracle.close();
  await Promise.all(programs.map(async (program) => await program.stop()));
});

describe('the dashboard says what a demo fleet published', () => {
  let demo: Program;

  beforeAll(() => {
    demo = startDemo();
  });

  it.each([
    ['all begin', (): boolean => oracle.live.length === INSTANCES],
    ['one fails', (): boolean => hasCourse(oracle.instances, 'degraded', 'unhealthy')],
    ['one has left', (): boolean => oracle.live.length < INSTANCES],
    [
      'one recovers',
      (): boolean => hasCourse(oracle.instances, 'unhealthy', 'degraded', 'healthy'),
    ],
    ['much has happened', (): boolean => oracle.messageCount >= EVENTS],
  ])('when %s', async (what, hasHappened) => {
    await waitUntil(what, hasHappened, { deadlineMs: DEADLINE_MS, pollMs: 10 });
    await frozen(demo, expectAgreement);
  });

  it('and all that makes a demo interesting has been among it', () => {
    const { instances } = oracle;
    expect(new Set(oracle.events.map(({ service }) => service)).size).toBe(SERVICES);
    expect(rollouts(instances).sameNames).toBeGreaterThanOrEqual(1);
    expect(rollouts(instances).newNames).toBeGreaterThanOrEqual(1);
    expect(sharedFailures(instances).length).toBeGreaterThanOrEqual(1);
    expect(silentInstances(instances, SILENT_MS)).toHaveLength(1);
    for (const instance of silentInstances(instances, SILENT_MS)) {
      expect(demo.output).toContain(`demo: ${instance} falls silent, without a leave word`);
    }
  });

  it('when it ends: all have left but the one that fell silent', async () => {
    const [silent] = silentInstances(oracle.instances, SILENT_MS);
    demo.signal('SIGTERM');
    expect(await demo.ended).toBe(0);
    await expectAgreement();
    expect(oracle.live.map(({ instance }) => instance)).toEqual([silent]);
    expect(oracle.messageCount).toBe(oracle.events.length);
  });
});

describe('a demo fleet', () => {
  const linesOf = (demo: Program, word: string): string[] =>
    demo.lines.filter((line) => line.startsWith(`demo: ${word}`));

  it('waits while Redis is away, says so once, and leaves nothing of its story out', async () => {
    const proxy = await TcpProxy.to(testServices().redisUrl);
    try {
      const before = oracle.events.length;
      const heard = (): readonly Heard[] => oracle.events.slice(before);
      const demo = startDemo({ REDIS_URL: proxy.url });
      await waitUntil('all begin', () => heard().length >= INSTANCES);

      proxy.mode = 'refuse';
      proxy.reset();
      await waitUntil('it waits', () => linesOf(demo, 'waits').length > 0);
      const whileWaiting = heard().length;
      proxy.mode = 'forward';

      await waitUntil('it goes on', () => heard().length >= whileWaiting + 10 * INSTANCES);
      const story = storyOf(heard().length);
      expect(differences(heard().slice(0, story.length).map(reportIn), story)).toBeNull();
      demo.signal('SIGTERM');
      expect(await demo.ended).toBe(0);
      expect(linesOf(demo, 'waits')).toEqual(['demo: waits: Redis is away']);
      expect(linesOf(demo, 'goes on')).toHaveLength(1);
      await expectAgreement();
    } finally {
      await proxy.close();
    }
  });

  it('can be ended while Redis is away', async () => {
    const demo = startDemo({ REDIS_URL: 'redis://127.0.0.1:1' });
    await waitUntil('it waits', () => linesOf(demo, 'waits').length > 0);
    demo.signal('SIGTERM');
    expect(await demo.ended).toBe(0);
  });

  it('waits until somebody listens', async () => {
    const channel = `${stage.scope.channel}:other`;
    const demo = startDemo({ HEALTH_CHANNELS: `no:*,${channel}` });
    await waitUntil('it waits', () => linesOf(demo, 'waits').length > 0);
    expect(linesOf(demo, 'waits')).toEqual([`demo: waits: nobody listens on ${channel}`]);

    const listener = await ChannelOracle.open(stage.scope, channel);
    try {
      await waitUntil('all are heard', () => listener.live.length === INSTANCES);
    } finally {
      listener.close();
    }
    demo.signal('SIGTERM');
    expect(await demo.ended).toBe(0);
  });
});
