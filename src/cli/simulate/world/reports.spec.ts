import { Random } from '../../random.js';
import { reportsOf } from './reports.js';
import { JITTER, simulatedService } from './service.js';
import type { Spell } from './spell.js';
import { BEGIN, HOUR, MINUTE, SECOND } from './time.js';

const service = {
  ...simulatedService(1, 0, { beginUs: BEGIN, endUs: BEGIN + HOUR, outages: [] }),
  intervalUs: 20 * SECOND,
};
const spell: Spell = {
  serviceName: service.name,
  instanceId: 'a0',
  fromUs: BEGIN,
  toUs: BEGIN + 5 * MINUTE,
  ending: 'leaves',
  turns: [
    { atUs: BEGIN, condition: 'starting' },
    { atUs: BEGIN + 31 * SECOND, condition: 'healthy' },
    { atUs: BEGIN + 6 * MINUTE, condition: 'unhealthy' },
  ],
};
const reports = (of: Spell = spell): { atSeconds: number; condition: string }[] =>
  [...reportsOf(of, service, new Random(1, 'reports'))].map(({ sentUs, condition }) => ({
    atSeconds: (sentUs - BEGIN) / SECOND,
    condition,
  }));

describe('what a process sends', () => {
  it('begins with its first word and ends with its leave word', () => {
    expect(reports()[0]).toEqual({ atSeconds: 0, condition: 'starting' });
    expect(reports().at(-1)).toEqual({ atSeconds: 300, condition: 'leaving' });
  });

  it('says every turn at once, and none behind its end', () => {
    expect(reports()).toContainEqual({ atSeconds: 31, condition: 'healthy' });
    expect(reports().map(({ condition }) => condition)).not.toContain('unhealthy');
  });

  it('comes every interval, within the jitter', () => {
    const beats = reports().filter(({ atSeconds }) => atSeconds !== 31 && atSeconds !== 300);
    expect(beats).toHaveLength(15);
    for (const [nth, { atSeconds }] of beats.entries()) {
      expect(Math.abs(atSeconds - nth * 20)).toBeLessThanOrEqual(20 * JITTER);
    }
  });

  it('has no leave word where the process dies', () => {
    const words = reports({ ...spell, ending: 'dies' }).map(({ condition }) => condition);
    expect(words).not.toContain('leaving');
  });
});
