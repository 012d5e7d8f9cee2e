import { UptimeQuery, windowOf } from './uptime.query.js';

const NOW = Date.parse('2026-01-31T08:00:00Z');
const at = (time: string): number => Date.parse(`2026-01-${time}Z`);

describe('the window of an uptime', () => {
  it.each<[string, Partial<UptimeQuery>, number, number]>([
    ['the last day', {}, at('30T08:00'), NOW],
    ['seconds', { window: '90s' }, at('31T07:58:30'), NOW],
    ['minutes', { window: '15m' }, at('31T07:45'), NOW],
    ['hours', { window: '8h' }, at('31T00:00'), NOW],
    ['days', { window: '7d' }, at('24T08:00'), NOW],
    ['a begin', { from: at('02T00:00') }, at('02T00:00'), NOW],
    ['an end', { to: at('02T00:00') }, at('01T00:00'), at('02T00:00')],
    ['begin and end', { from: at('02T00:00'), to: at('05T00:00') }, at('02T00:00'), at('05T00:00')],
    ['begin and length', { from: at('02T00:00'), window: '2h' }, at('02T00:00'), at('02T02:00')],
    ['end and length', { to: at('02T00:00'), window: '2h' }, at('01T22:00'), at('02T00:00')],
    ['the future', { from: at('31T09:00'), window: '1h' }, at('31T09:00'), at('31T10:00')],
  ])('of %s', (_, given, from, to) => {
    expect(windowOf(Object.assign(new UptimeQuery(), given), NOW)).toEqual({ from, to });
  });
});
