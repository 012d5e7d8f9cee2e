import { parseChannels } from '../../config/channels.js';

/**
 * Where the demo publishes: the first of `HEALTH_CHANNELS` that is no pattern; where all are, a channel
 * that the first one matches.
 */
export function demoChannel(list: string): string {
  const channels = parseChannels(list);
  const named = channels.find(({ isPattern }) => !isPattern);
  return named?.name ?? channels[0]?.name.replaceAll('*', 'demo') ?? 'health:events';
}
