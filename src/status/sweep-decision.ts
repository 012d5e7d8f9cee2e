import type { Micros } from '../events/health-event.js';
import { deadlineBeyondGaps, type Gap, type Rules } from './deadline.js';
import { findReplacements } from './replacement.js';

/** An instance as the sweeper sees it. */
export interface Member {
  readonly instanceId: string;
  readonly state: 'live' | 'silent' | 'left';
  readonly firstSeenUs: Micros;
  readonly lastSeenUs: Micros;
  readonly lastMessageId: string;
  readonly ttlSeconds: number | null;
  /** When its silence began, of a silent one. */
  readonly silentSinceUs: Micros | null;
  readonly recoveredAtUs: Micros | null;
  /** When its transition to stale was let go after a hold. */
  readonly releasedAtUs: Micros | null;
  readonly isHeld: boolean;
  readonly isReplacement: boolean;
  readonly hasSuccessor: boolean;
}

export interface SweepRules extends Rules {
  readonly expiryUs: Micros;
  /** How long one that left is remembered, for late events of it. */
  readonly rememberUs: Micros;
}

/** A passed deadline. */
export interface Fallen {
  readonly member: Member;
  readonly dueAtUs: Micros;
}

export interface Removal {
  readonly member: Member;
  readonly reason: 'expired' | 'replaced';
  readonly atUs: Micros;
}

/** What has become of a service's instances by the horizon. */
export interface Decision {
  /** Turned stale. */
  readonly fallen: readonly Fallen[];
  readonly removals: readonly Removal[];
  /** Took the place of another one. */
  readonly comers: readonly string[];
  /** Left, and their place is taken. */
  readonly succeeded: readonly string[];
}

/**
 * Decides about one service, all of whose instances are given, by what is known up to `horizonUs`.
 *
 *   live ──deadline passed──▶ silent ──expiry, unless it is the last──▶ removed
 *     │                         ▲
 *     └──deadline passed, replaced meanwhile: removed at once, never silent
 */
export function decide(
  members: readonly Member[],
  rules: SweepRules,
  gaps: readonly Gap[],
  horizonUs: Micros,
): Decision {
  const due = members.flatMap((member): Fallen[] => {
    const dueAtUs = passedDeadline(member, rules, gaps, horizonUs);
    return dueAtUs === null || member.isHeld ? [] : [{ member, dueAtUs }];
  });
  const falling = new Set(due.map(({ member }) => member.instanceId));
  const { replaced, comers, succeeded } = findReplacements(
    due.map(({ member, dueAtUs }) => ({ ...member, dueAtUs })),
    members.filter(({ state, hasSuccessor }) => state === 'left' && !hasSuccessor),
    members.filter(
      ({ state, isReplacement, instanceId }) =>
        state === 'live' && !isReplacement && !falling.has(instanceId),
    ),
  );
  const fallen = due.filter(({ member }) => !replaced.has(member.instanceId));
  const removals: Removal[] = due
    .filter(({ member }) => replaced.has(member.instanceId))
    .map(({ member, dueAtUs }) => ({ member, reason: 'replaced', atUs: dueAtUs }));
  return {
    fallen,
    removals: [
      ...removals,
      ...expired(members, falling, rules, horizonUs),
      ...forgotten(members, rules, horizonUs),
    ],
    comers: due.length > 0 ? comers : [],
    succeeded: due.length > 0 ? succeeded : [],
  };
}

/** Null where an instance is not waited for, or not yet in vain. */
function passedDeadline(
  member: Pick<Member, 'state' | 'lastSeenUs' | 'ttlSeconds'>,
  { deadlines, settings }: Rules,
  gaps: readonly Gap[],
  horizonUs: Micros,
): Micros | null {
  if (member.state !== 'live') return null;
  const dueUs = deadlineBeyondGaps(member.lastSeenUs, member.ttlSeconds, deadlines, settings, gaps);
  return dueUs === null || dueUs >= horizonUs ? null : dueUs;
}

/** Silent for long while others are there; the last silent one stays. */
function expired(
  members: readonly Member[],
  falling: ReadonlySet<string>,
  { expiryUs }: SweepRules,
  horizonUs: Micros,
): Removal[] {
  const overdue = members
    .flatMap((member) => {
      if (member.state !== 'silent' || member.silentSinceUs === null) return [];
      const atUs = Math.max(member.silentSinceUs, member.releasedAtUs ?? 0) + expiryUs;
      return atUs < horizonUs ? [{ member, atUs }] : [];
    })
    .sort((a, b) => a.atUs - b.atUs || (a.member.instanceId < b.member.instanceId ? -1 : 1));
  const isOverdue = new Set(overdue.map(({ member }) => member.instanceId));
  const staying = members.filter(
    ({ state, instanceId }) => state !== 'left' && !isOverdue.has(instanceId),
  );
  const last = staying.length > 0 ? undefined : overdue.pop()?.member;
  const present = last === undefined ? staying : [last];
  if (present.length === 0 && falling.size === 0) return [];
  const presentSinceUs = Math.min(
    ...present.map(({ firstSeenUs, recoveredAtUs }) => Math.max(firstSeenUs, recoveredAtUs ?? 0)),
  );
  return overdue.map(({ member, atUs }) => ({
    member,
    reason: 'expired',
    atUs: Math.max(atUs, presentSinceUs),
  }));
}

/** Left so long ago that no late event can come any more. */
const forgotten = (
  members: readonly Member[],
  { rememberUs }: SweepRules,
  horizonUs: Micros,
): Removal[] =>
  members
    .filter(({ state, lastSeenUs }) => state === 'left' && lastSeenUs + rememberUs < horizonUs)
    .map((member) => ({ member, reason: 'expired', atUs: member.lastSeenUs + rememberUs }));
