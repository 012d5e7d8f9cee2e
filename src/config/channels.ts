/**
 * One entry of `HEALTH_CHANNELS`: a channel by name, or a pattern in which `*` stands for any
 * characters. Redis knows more wildcards; they are taken literally here, so that a channel called
 * `a?b` cannot subscribe to more than it says.
 */
export interface ChannelSpec {
  readonly name: string;
  readonly isPattern: boolean;
}

const CHANNEL = '[^\\s,]{1,200}';

/** What `HEALTH_CHANNELS` may look like. */
export const CHANNEL_LIST_PATTERN = new RegExp(`^\\s*${CHANNEL}(\\s*,\\s*${CHANNEL}){0,99}\\s*$`);

/** The entries of a comma-separated list, without repetitions, in the order given. */
export function parseChannels(list: string): readonly ChannelSpec[] {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...new Set(names)].map((name) => ({ name, isPattern: name.includes('*') }));
}

/** The form PSUBSCRIBE wants: every glob character but `*` escaped. Source: Redis, PSUBSCRIBE. */
export function redisPattern(spec: ChannelSpec): string {
  return spec.name.replaceAll(/[?[\]\\^]/g, '\\$&');
}

/** A channel that the entry subscribes to. */
export const concreteChannel = ({ name }: ChannelSpec): string =>
  name.replaceAll('*', 'health-monitor');

/**
 * Which entry is to answer for a channel that several entries match: the first. Redis delivers such
 * a message once per matching subscription, and all but one delivery must be dropped.
 */
export function firstMatch(specs: readonly ChannelSpec[]): (channel: string) => ChannelSpec | null {
  const matchers = specs.map((spec) => ({
    spec,
    expression: new RegExp(
      `^${spec.name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^]*')}$`,
    ),
  }));
  return (channel) =>
    matchers.find(({ spec, expression }) =>
      spec.isPattern ? expression.test(channel) : spec.name === channel,
    )?.spec ?? null;
}
