import { FIELDS_OF, TRIM_FUNCTION } from './script-functions.js';

/**
 * Scripts of who reads the journal.
 *
 * Beside the stream stands a hash of accounts per group: `settled`, entries that were acknowledged or
 * known to be lost; `base`, what was read before the accounts began, and losses reported since;
 * `checked` and `added`, the newest entry delivered and how many entries there had ever been, when
 * they were last looked at. Always, as every script moves stream and accounts together: entries read =
 * settled + pending + base. What is missing was delivered to nobody: somebody else deleted it. Source
 * of `entries-read`: Redis, XINFO GROUPS.
 */

/** How long accounts outlive the last consumer of their group. */
const ACCOUNTS_SECONDS = String(7 * 86_400);

/** `settle(accounts, entries)`: so many are no longer pending. */
const SETTLE_FUNCTION = `
local function settle(accounts, entries)
  if entries <= 0 then return end
  redis.call('HINCRBY', accounts, 'settled', entries)
  redis.call('EXPIRE', accounts, ${ACCOUNTS_SECONDS})
end
`;

/**
 * Makes stream and group where they are missing; the group begins at the oldest entry.
 *
 * A stream that was deleted is there again with the next append. It is another one if fewer entries
 * were ever added to it than the accounts have seen, or if it still has all it ever had, and the
 * newest that was delivered is not among them. Source of `entries-added`: Redis, XINFO STREAM. Where
 * the accounts are gone with it, as in a Redis that replaced another, the caller knows of them.
 *
 * KEYS 1 journal, 2 accounts. ARGV 1 group, 2 `1`: it had accounts. Returns `there`, `group` or `stream`: what is new.
 */
export const ENSURE = `${FIELDS_OF}
local function isOther()
  local checked, added = unpack(redis.call('HMGET', KEYS[2], 'checked', 'added'))
  if not checked then return ARGV[2] == '1' end
  local stream = fieldsOf(redis.call('XINFO', 'STREAM', KEYS[1]))
  if added and stream['entries-added'] < tonumber(added) then return true end
  return checked ~= '0-0' and stream['entries-added'] == stream['length']
    and #redis.call('XRANGE', KEYS[1], checked, checked) == 0
end
local isThere = redis.call('EXISTS', KEYS[1]) == 1
if isThere then
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    if fieldsOf(raw)['name'] == ARGV[1] then return 'there' end
  end
end
local isSame = isThere and not isOther()
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
redis.call('DEL', KEYS[2])
return isSame and 'group' or 'stream'
`;

/** KEYS 1 journal, 2 accounts. ARGV 1 group, then ids. Returns how many were pending. */
export const ACKNOWLEDGE = `${SETTLE_FUNCTION}
local acknowledged = redis.call('XACK', KEYS[1], unpack(ARGV))
settle(KEYS[2], acknowledged)
return acknowledged
`;

/**
 * Says that entries are still being worked on; does not count as a delivery. An entry that somebody
 * deleted is no longer pending afterwards, though whoever holds it has all of it.
 *
 * KEYS 1 journal, 2 accounts. ARGV 1 group, 2 consumer, then ids.
 */
export const REFRESH = `${SETTLE_FUNCTION}
local ids = {}
for i = 3, #ARGV do ids[#ids + 1] = ARGV[i] end
ids[#ids + 1] = 'JUSTID'
local before = redis.call('XPENDING', KEYS[1], ARGV[1])[1]
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))
local dropped = before - redis.call('XPENDING', KEYS[1], ARGV[1])[1]
settle(KEYS[2], dropped)
return dropped
`;

/**
 * Takes over pending entries that nobody has touched for long.
 *
 * KEYS 1 journal, 2 accounts. ARGV 1 group, 2 consumer, 3 idle ms, 4 id to go on from, 5 count.
 * Returns {where to go on, entries, ids of those that were deleted, deliveries of each entry}.
 */
export const RECLAIM = `${SETTLE_FUNCTION}
local reply = redis.call(
  'XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], 'COUNT', ARGV[5])
local lost = reply[3] or {}
settle(KEYS[2], #lost)
local deliveries = {}
for i, entry in ipairs(reply[2]) do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)[1]
  deliveries[i] = pending and pending[4] or 1
end
return {reply[1], reply[2], lost, deliveries}
`;

/**
 * Balances the accounts; a difference is told once.
 *
 * KEYS 1 journal, 2 accounts. ARGV 1 group. Returns {entries lost, newest delivered at the last look,
 * newest delivered now, entries pending, entries not delivered (left out: Redis cannot tell)}; nil
 * without the group.
 */
export const BALANCE = `${FIELDS_OF}
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
for _, raw in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = fieldsOf(raw)
  if group['name'] == ARGV[1] then
    local pending, newest = group['pending'], group['last-delivered-id']
    local checked = redis.call('HGET', KEYS[2], 'checked') or newest
    local lost = 0
    if group['entries-read'] then
      local settled = tonumber(redis.call('HGET', KEYS[2], 'settled') or '0')
      local difference = group['entries-read'] - pending - settled
      local base = tonumber(redis.call('HGET', KEYS[2], 'base') or difference)
      lost = difference - base
      redis.call('HSET', KEYS[2], 'base', difference)
    end
    local added = fieldsOf(redis.call('XINFO', 'STREAM', KEYS[1]))['entries-added']
    redis.call('HSET', KEYS[2], 'checked', newest, 'added', added)
    redis.call('EXPIRE', KEYS[2], ${ACCOUNTS_SECONDS})
    return {math.max(lost, 0), checked, newest, pending, group['lag']}
  end
end
return false
`;

/**
 * Deletes what every group has acknowledged. While the caller's own group is missing it deletes nothing:
 * what the others acknowledged, this one is yet to read.
 *
 * KEYS 1 journal. ARGV 1 group of the caller. Returns how many entries were deleted.
 */
export const TRIM = `${FIELDS_OF}${TRIM_FUNCTION}
return trim(KEYS[1], ARGV[1])
`;

/**
 * Removes names of consumers that hold nothing and have been idle for long, or one name at once.
 * In one script: a name that gets an entry in between would take it along.
 *
 * KEYS 1 journal. ARGV 1 group, 2 idle ms, 3 a name to remove regardless of its idle time, or ''.
 * Returns the names removed.
 */
export const REMOVE_CONSUMERS = `${FIELDS_OF}
local removed = {}
if redis.call('EXISTS', KEYS[1]) == 0 then return removed end
for _, raw in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = fieldsOf(raw)
  if consumer['pending'] == 0
    and (consumer['name'] == ARGV[3] or consumer['idle'] > tonumber(ARGV[2])) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    removed[#removed + 1] = consumer['name']
  end
end
return removed
`;

/**
 * When the oldest entry was received that a group has not acknowledged.
 *
 * KEYS 1 journal. ARGV 1 group. Returns its `at` in µs, as text; for one that is gone, or has no `at`,
 * the time of its id; nil where all is acknowledged.
 */
export const OLDEST_UNACKNOWLEDGED = `${FIELDS_OF}
local id
local pending = redis.call('XPENDING', KEYS[1], ARGV[1])
if pending[1] > 0 then id = pending[2]
else
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local group = fieldsOf(raw)
    if group['name'] == ARGV[1] then
      local following = redis.call('XRANGE', KEYS[1], '(' .. group['last-delivered-id'], '+', 'COUNT', 1)
      if following[1] then id = following[1][1] end
    end
  end
end
if not id then return false end
local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
if entry and entry[2][1] == 'at' and string.match(entry[2][2], '^%d+$') then return entry[2][2] end
return string.match(id, '^(%d+)-') .. '000'
`;
