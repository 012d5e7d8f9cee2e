import { readFileSync } from 'node:fs';
import { nodeVersion } from './node-version.js';

it.each([
  ['20.19.0', 'ok'],
  ['20.20.2', 'ok'],
  ['22.0.0', 'ok'],
  ['20.18.9', 'failed'],
  ['18.20.0', 'failed'],
])('Node.js %s is %s', (version, state) => {
  expect(nodeVersion(version)).toMatchObject({ state, found: version });
});

it('what is needed is what package.json says', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string };
  };
  expect(`>=${nodeVersion('1.0.0').needed}`).toBe(`${engines.node} or newer`);
});
