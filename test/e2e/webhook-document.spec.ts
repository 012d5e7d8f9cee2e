import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signatureHeaders } from '../../src/webhook/signature.js';
import { codeBlocksOf } from '../support/code-blocks.js';
import { healthEvent } from '../support/factories.js';
import { Program } from '../support/program.js';
import { useStage } from '../support/stage.js';
import { allTold } from '../support/told-changes.js';
import { waitUntil } from '../support/wait-until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

const stage = useStage();
let folder: string;
let documented: Program;
let url: string;

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const holder = await WebhookReceiver.open();
  const { port } = new URL(holder.url);
  await holder.goAway();
  return port;
}

const statusOf = async (headers: Record<string, string>): Promise<number> =>
  (await fetch(url, { method: 'POST', body: '{}', headers })).status;

beforeAll(async () => {
  const [block] = codeBlocksOf('docs/webhook.md').filter(({ language }) => language === 'js');
  folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-webhook-'));
  const file = path.join(folder, 'receiver.mjs');
  await writeFile(file, block?.code ?? '');
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  documented = Program.start(file, [], { PORT: port, HEALTH_WEBHOOK_SECRET: SECRET });
  await waitUntil('the documented receiver listens', async () => (await statusOf({})) === 401);
});

afterAll(async () => {
  await documented.stop();
  await rm(folder, { recursive: true });
});

describe('the receiver that the document shows', () => {
  it('takes what is signed with its secret', async () => {
    const { scope } = stage;
    await stage.start({
      HEALTH_WEBHOOK_URL: url,
      HEALTH_WEBHOOK_SECRET: SECRET,
      HEALTH_WEBHOOK_ALLOW_PRIVATE: 'true',
    });
    const event = healthEvent({ service_name: 'checkout', status: 'warn' });
    await scope.redis.publish(scope.channel, JSON.stringify(event));
    await waitUntil('it is told', () => documented.lines.includes('checkout is degraded'));
    await allTold(scope);
  });

  it('tells a change of an alert as the document shows it, and passes over what it does not know', async () => {
    const [, alert] = codeBlocksOf('docs/webhook.md').filter(({ language }) => language === 'json');
    const { name, state, summary } = JSON.parse(alert?.code ?? '') as Record<string, string>;
    for (const body of [alert?.code ?? '', '{"id":"later","type":"of.later"}']) {
      const headers = signatureHeaders(SECRET, 'b', Math.floor(Date.now() / 1_000), body);
      const sent = { method: 'POST', body, headers: { ...headers, 'webhook-id': 'b' } };
      expect((await fetch(url, sent)).status).toBe(204);
    }
    const sentences = [
      `${String(name)} is ${String(state)}: ${String(summary)}`,
      'ignored: of.later',
    ];
    await waitUntil('it has told both', () =>
      sentences.every((sentence) => documented.lines.includes(sentence)),
    );
  });

  it('refuses what is signed with another', async () => {
    const { scope } = stage;
    const app = await stage.start({
      HEALTH_WEBHOOK_URL: url,
      HEALTH_WEBHOOK_SECRET: OTHER_SECRET,
      HEALTH_WEBHOOK_ALLOW_PRIVATE: 'true',
    });
    const event = healthEvent({ service_name: 'forged', status: 'warn' });
    await scope.redis.publish(scope.channel, JSON.stringify(event));
    const [line] = await waitUntil('it is refused', () => {
      const lines = app.logged('webhook.attempt_failed');
      return lines.length > 0 ? lines : null;
    });
    expect(line).toMatchObject({ service_name: 'forged', reason: 'answered 401' });
    expect(documented.output).not.toContain('forged');
  });

  it('refuses what was signed long ago', async () => {
    const signedAgo = (seconds: number): Record<string, string> => {
      const timestamp = Math.floor(Date.now() / 1_000) - seconds;
      return { 'webhook-id': 'a', ...signatureHeaders(SECRET, 'a', timestamp, '{}') };
    };
    expect(await statusOf(signedAgo(0))).toBe(204);
    expect(await statusOf(signedAgo(600))).toBe(401);
    expect(await statusOf({ ...signedAgo(0), 'webhook-timestamp': 'now' })).toBe(401);
  });
});
