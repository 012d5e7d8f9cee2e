import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../support/command.js';

const MANIFEST = path.resolve(import.meta.dirname, '../../package.json');

it('start:prod is one plain node process, so that signals reach it', async () => {
  const { scripts } = JSON.parse(await readFile(MANIFEST, 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts['start:prod']).toBe('node dist/src/main.js');
});

it('a pool size that is no number and no Redis: one line each, exit 1, no stack trace', async () => {
  const { code, stdout, errorLines } = await runCommand('src/main.js', {
    DATABASE_URL: 'postgres://health:secret@127.0.0.1:1/health',
    DATABASE_POOL_SIZE: 'abc',
  });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect([...errorLines].sort()).toEqual([
    expect.stringMatching(/^DATABASE_POOL_SIZE .*whole number/),
    expect.stringMatching(/^REDIS_URL .*required/),
  ]);
});
