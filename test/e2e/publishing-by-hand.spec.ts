import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { App } from '../support/app.js';
import { codeBlocksOf } from '../support/code-blocks.js';
import { isOnPath } from '../support/on-path.js';
import {
  deleteUsers,
  documentedCode,
  inScope,
  makeUsers,
  PUBLISHING,
  redisUrlFor,
  runByHand,
} from '../support/publishing-document.js';
import { REPORTER_RUNTIMES } from '../support/reporter-runtimes.js';
import type { ServiceDetail } from '../support/rest.js';
import { testServices } from '../support/services.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const STREAM_ID = /^\d+-\d+$/;

const run = promisify(execFile);
const stage = useStage();

describe('what the documentation lets a publisher type', () => {
  let app: App;

  beforeAll(async () => {
    app = await stage.start();
    await makeUsers(stage.scope);
  });

  afterAll(async () => {
    await deleteUsers(stage.scope);
  });

  const checkout = async (): Promise<ServiceDetail> =>
    await app.api<ServiceDetail>('/services/checkout');

  it('is all there is beside reporters and an example, and each block is run by a test', () => {
    const reporters = new Set(REPORTER_RUNTIMES.map(({ file }) => documentedCode(file)));
    const others = PUBLISHING.filter(({ code }) => !reporters.has(code));
    expect(reporters.size).toBe(REPORTER_RUNTIMES.length);
    expect(others.map(({ language }) => language)).toEqual(['json', 'sh', 'sql', 'sh']);
  });

  (isOnPath('curl') ? it : it.skip)(
    'an append is answered with an id, and counts once although it is sent twice (needs curl)',
    async () => {
      const { scope } = stage;
      const code = documentedCode("event='{").replace('http://127.0.0.1:8100', app.url);

      const [first, second, answer] = (await runByHand(scope, code)).split('\n');

      expect([first, second]).toEqual([
        expect.stringMatching(STREAM_ID),
        expect.stringMatching(STREAM_ID),
      ]);
      expect(answer).toMatch(/"service_name":"checkout"|"status":404/);
      await settled(scope, [app]);
      expect(await checkout()).toMatchObject({ current_status: 'healthy', message_count: 1 });
      expect(await scope.count('health_messages', "service_name = 'checkout'")).toBe(1);
    },
  );

  it('a statement finds the reason of a dead letter', async () => {
    const { scope } = stage;
    await scope.redis.publish(scope.channel, '{"service_name":"broken"}');
    await settled(scope, [app]);

    expect(await scope.sql(documentedCode('FROM health_dead_letters'))).toEqual([
      expect.objectContaining({
        reason: 'missing_status',
        message: '{"service_name":"broken"}',
      }),
    ]);
  });

  it.each([
    { role: 'publisher', command: 'PUBLISH health:events', reply: /^\d+$/ },
    { role: 'publisher', command: 'PUBLISH another', reply: /^NOPERM / },
    { role: 'publisher', command: 'XADD health:journal * health:events', reply: /^NOPERM / },
    { role: 'publisher', command: 'SUBSCRIBE', reply: /^NOPERM / },
    { role: 'appender', command: 'PUBLISH health:events', reply: /^\d+$/ },
    { role: 'appender', command: 'XADD health:journal * health:events', reply: STREAM_ID },
    { role: 'appender', command: 'XADD another * health:events', reply: /^NOPERM / },
    { role: 'appender', command: 'XRANGE health:journal -', reply: /^NOPERM / },
    { role: 'appender', command: 'DEL', reply: /^NOPERM / },
  ] as const)('the $role made there gets $reply for $command', async ({ role, command, reply }) => {
    const { scope } = stage;
    const event = '{"service_name":"permitted","status":"ok"}';
    const { stdout } = await run(testServices().redisCli, [
      ...['-u', redisUrlFor(scope, role), '--no-auth-warning'],
      ...inScope(scope, command).split(' '),
      event,
    ]);
    expect(stdout.trim()).toMatch(reply);
  });

  (isOnPath('python3') ? it : it.skip)(
    'the first event of the README is stored (needs python3)',
    async () => {
      const block = codeBlocksOf('README.md').find(({ language }) => language === 'python');
      if (block === undefined) throw new Error('README.md shows no ```python block');
      const { hostname, port } = new URL(testServices().redisUrl);
      const code = inScope(stage.scope, block.code)
        .replace('127.0.0.1', hostname)
        .replace('6379', port);

      const { stdout } = await run('python3', ['-c', code]);

      expect(stdout).toBe("b':1\\r\\n'\n");
      await settled(stage.scope, [app]);
      expect(await checkout()).toMatchObject({ current_status: 'healthy', response_time_ms: 12.5 });
    },
  );
});
