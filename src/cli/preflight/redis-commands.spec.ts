import { plainToInstance } from 'class-transformer';
import { Environment } from '../../config/environment.js';
import * as appendScripts from '../../journal/append-scripts.js';
import * as groupScripts from '../../journal/group-scripts.js';
import { keyPatterns, neededCommands, ruleOf, subscriptions } from './redis-commands.js';

const environment = (values: Partial<Environment>): Environment =>
  plainToInstance(Environment, values, { exposeDefaultValues: true });

const CALL = /redis\.call\(\s*'(\w+)'(?:, '(\w+)')?/g;

describe('the commands of Redis that an instance needs', () => {
  const rules = new Set(neededCommands(environment({})).map(ruleOf));
  const scripts = Object.entries({ ...appendScripts, ...groupScripts }).filter(
    (one): one is [string, string] => typeof one[1] === 'string',
  );

  it.each(scripts)('hold all of the script %s', (_, script) => {
    const called = [...script.matchAll(CALL)].map(([, name = '', second]) =>
      ruleOf(
        second === undefined ? [name.toLowerCase()] : [name.toLowerCase(), second.toLowerCase()],
      ),
    );
    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it('publish on each entry of HEALTH_CHANNELS, and subscribe as it is a pattern or a name', () => {
    const channels = environment({ HEALTH_CHANNELS: 'a,b:*' });
    const published = neededCommands(channels).filter(([name]) => name === 'publish');
    expect(published.map(([, channel]) => channel)).toEqual(['a', 'b:health-monitor']);
    expect(subscriptions(channels)).toEqual({ channels: ['a'], patterns: ['b:*'] });
  });

  it.each([
    ['health:journal', ['health:journal', '{health:journal}:*']],
    ['{team}:journal', ['{team}:journal', '{team}:journal:*']],
    ['a*b', ['a\\*b', '{a\\*b}:*']],
  ])('use no other keys than those of %s', (key, patterns) => {
    expect(keyPatterns(environment({ HEALTH_JOURNAL_KEY: key }))).toEqual(patterns);
  });
});
