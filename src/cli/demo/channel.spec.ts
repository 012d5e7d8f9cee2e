import { firstMatch, parseChannels } from '../../config/channels.js';
import { demoChannel } from './channel.js';

it.each([
  ['health:events', 'health:events'],
  ['a,b', 'a'],
  ['health:*,other', 'other'],
  ['health:*', 'health:demo'],
  ['*', 'demo'],
  ['eu:*:health:*,us:*', 'eu:demo:health:demo'],
])('with HEALTH_CHANNELS=%s the demo publishes on %s, which is subscribed to', (list, channel) => {
  expect(demoChannel(list)).toBe(channel);
  expect(firstMatch(parseChannels(list))(channel)).not.toBeNull();
});
