import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Metrics } from '../../src/observability/metrics.js';
import { type App } from '../support/app.js';
import { codeBlocksOf } from '../support/code-blocks.js';
import { inlineCode, textOf } from '../support/documents.js';
import { healthEvent } from '../support/factories.js';
import { onTestFailure } from '../support/failure.js';
import { isOnPath } from '../support/on-path.js';
import { pathWithRedisCli } from '../support/publishing-document.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

/** Every command of docs/operations.md, in its order, against a running deployment. */

const DOCUMENT = 'docs/operations.md';
const PROJECT = path.resolve(import.meta.dirname, '../..');
const NEEDED = ['bash', 'npm', 'curl'];

const stage = useStage();
const [preamble, ...blocks] = codeBlocksOf(DOCUMENT);
const shells = blocks.filter(({ language }) => language === 'sh');
const statements = blocks.filter(({ language }) => language === 'sql');
const missing = NEEDED.filter((program) => !isOnPath(program));

let app: App;
let output = '';

onTestFailure(() => output);

beforeAll(async () => {
  const { channel, redis } = stage.scope;
  app = await stage.start({ HEALTH_CONSUMER_CONCURRENCY: '8' });
  await redis.publish(channel, JSON.stringify(healthEvent({ ttl_seconds: 0 })));
  await waitUntil(
    'an event is stored',
    async () => (await stage.scope.count('health_messages')) > 0,
  );
});

const environment = (): NodeJS.ProcessEnv => ({
  ...stage.scope.environment,
  PATH: pathWithRedisCli(),
  HOME: process.env['HOME'],
  HEALTH_BASE_URL: app.url,
  HEALTH_INSTANCE_ID: `${stage.scope.id}-by-hand`,
});

/** With this scope's names, in less time, on a free port. */
const here = (code: string): string =>
  code
    .replaceAll('health:journal', stage.scope.journal)
    .replaceAll(/--watch \w+/g, '--watch 2s --every 1s')
    .replaceAll(/\bPORT=\d+ /g, '');

interface Running {
  readonly written: Promise<string>;
  readonly code: Promise<number | null>;
  readonly signal: (name: NodeJS.Signals) => void;
}

/** A block in a shell of its own, which leads a group of processes. */
function run(code: string): Running {
  const child = spawn(
    'bash',
    ['-euo', 'pipefail', '-c', `${preamble?.code ?? ''}\n${here(code)}`],
    {
      cwd: PROJECT,
      env: environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    written: text(child.stdout),
    code: once(child, 'close').then(() => child.exitCode),
    signal: (name) => {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    },
  };
}

const titleOf = (code: string): string => code.trim().replaceAll(/\s*\\?\n\s*/g, '; ');

describe('each block of shell commands', () => {
  if (missing.length > 0) {
    it.skip(`is run (not here: ${missing.join(', ')} not found)`, () => undefined);
    return;
  }

  it.each(
    shells
      .filter(({ code }) => !code.trim().endsWith('npm run start:prod'))
      .map(({ code }) => [titleOf(code), code]),
  )('%s', async (_, code) => {
    const { code: exit, written } = run(code);
    expect(await exit).toBe(0);
    expect(await written).not.toBe('');
  });

  it.each(
    shells
      .filter(({ code }) => code.trim().endsWith('npm run start:prod'))
      .map(({ code }) => [titleOf(code), code]),
  )('%s (until it is ready)', async (_, code) => {
    const running = run(code);
    const url = await waitUntil(
      'it listens',
      () =>
        /"event":"app.started".*"url":"([^"]+)"|"url":"([^"]+)".*"event":"app.started"/
          .exec(output)
          ?.slice(1)
          .find(Boolean),
      { describe: () => output },
    );
    await waitUntil('it is ready', async () => (await fetch(`${url}/health/ready`)).status === 200);
    running.signal('SIGTERM');
    await running.code;
    expect(output).toContain('"event":"consumer.drained"');
    const { scope } = stage;
    await waitUntil(
      'its connections are closed',
      async () => (await scope.connectionsOf([`${scope.id}-by-hand`])) === 0,
    );
  });
});

it.each(statements.map(({ code }) => [titleOf(code).slice(0, 80), code]))('%s', async (_, code) => {
  expect(await stage.scope.sql(code)).toBeInstanceOf(Array);
});

it('shows commands and statements only, and names metrics that are there', async () => {
  expect(preamble?.language).toBe('sh');
  expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual(['sh', 'sql']);
  const known = new Metrics();
  known.watchProcess();
  const { text: scrape } = await known.collect();
  const named = inlineCode(await textOf(DOCUMENT)).flatMap(
    (code) => /^health_monitor_\w+/.exec(code) ?? [],
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !scrape.includes(`# TYPE ${name} `))).toEqual([]);
});
