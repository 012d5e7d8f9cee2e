import { FIELDS_OF, TRIM_FUNCTION } from './script-functions.js';

/** Far more than the copies of the same bytes that arrive between a subscription and the next question. */
const REMEMBERED_COPIES = 2_000;
/** A set takes the identities of so many seconds, ... */
const DEDUP_SET_SECONDS = 20;
/** ... and those that came before the present one are looked into, too. */
const DEDUP_EARLIER_SETS = 3;
/**
 * How long a delivery is recognised as a duplicate, at least; at most by a set's time longer. In sets,
 * for a key of its own costs an identity about twice the memory and a call of its own.
 */
export const DEDUP_SECONDS = DEDUP_SET_SECONDS * DEDUP_EARLIER_SETS;
/** Memory that Redis takes for the identities of so many events in a second, measured: 81 bytes each. */
export const identityBytes = (eventsPerSecond: number): number =>
  81 * (DEDUP_SECONDS + DEDUP_SET_SECONDS) * eventsPerSecond;
/** A set's own time and that in which it is looked into; it is usually deleted before by its successor. */
const DEDUP_SET_EXPIRY_SECONDS = DEDUP_SECONDS + 2 * DEDUP_SET_SECONDS;
/** How long a counter of copies lives after it was last moved or asked about. */
export const COPIES_SECONDS = 60;

/**
 * Appends the new ones of a micro-batch as one entry.
 *
 * KEYS  1 journal, 2 lease, 3 clock, 4 applied, 5 number of the newest set of identities, then per event without identity the counter of its copies.
 * ARGV  1 writer, 2 number of this append, 3 seconds that a counter lives, 4 largest
 *       step of the clock into the future in µs, 5 how many bytes the journal may take, 6 the
 *       group that must be there before anything is trimmed, 7 how many events have an identity, then
 *       those identities; then one per event without identity, `<place>:<ordinal>:<age>`: which event it is,
 *       from 1, the number of copies of the same bytes that came before this one (-1 unknown) and how
 *       long ago in µs the writer received it; then two per event: source, raw bytes.
 *
 * What is usual, all have identities and all are new, goes to SADD and XADD as it stands in ARGV: what Lua does
 * for each event is most of what an append costs.
 *
 * Identities lie in sets, each those of 20 s, numbered by the time of the entry. Where the clock has been
 * set back, the newest are looked into, too. Their names, `<number of the newest><number>`, are made of
 * a name in KEYS and have its hash tag, as `<counter>:at`.
 *
 * Order: append first, then add the identities. A refused append (out of memory, or the journal is at its
 * bound, JOURNAL_FULL, with nothing in it that could go) ends the script with nothing set, and the
 * retry is not taken for a duplicate. A retry of an append whose reply was lost finds its number in
 * «applied», and gets the same reply; one that was overtaken by a later append, from a connection
 * long given up, does nothing.
 *
 * Beside a counter stands a list, `<counter>:at`, of the times at which the newest were received.
 *
 * `at` never runs behind an earlier entry's last event, so that order of journaling is order of
 * reception; a clock that was set back by more than the largest step is followed.
 *
 * Returns `<number> <1: holds the lease> <outcomes> <id of the entry, - without one> <its time> <counts>`: one letter per event, j journaled, d
 * duplicate, l left to the lease holder, or to a later append
 * where the ordinal is unknown and copies have been journaled; and, comma-separated, for each event without identity how
 * many copies of its bytes are now journaled.
 */
export const APPEND = `${FIELDS_OF}${TRIM_FUNCTION}
local number = ARGV[2]
local applied = redis.call('GET', KEYS[4])
if applied and tonumber(string.match(applied, '^%d+')) >= tonumber(number) then return applied end
local isHolder = redis.call('GET', KEYS[2]) == ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = now
local last = tonumber(redis.call('GET', KEYS[3]) or '0')
if last >= now and last - now < tonumber(ARGV[4]) then at = last + 1 end
local atText = string.format('%.0f', at)
local present = math.floor(at / ${String(DEDUP_SET_SECONDS)}000000)
local newest = tonumber(redis.call('GET', KEYS[5]) or '0')
local function set(n) return KEYS[5] .. string.format('%.0f', n) end
local firstIdentity, keyed, copied = 8, tonumber(ARGV[7]), #KEYS - 5
local firstCopy = firstIdentity + keyed
local firstEvent = firstCopy + copied
local known, isPlain = {}, copied == 0
if keyed > 0 then
  local function look(from, to)
    for n = from, to do
      local members = redis.call('SMISMEMBER', set(n), unpack(ARGV, firstIdentity, firstCopy - 1))
      for i = 1, keyed do
        if members[i] == 1 then
          known[ARGV[firstIdentity + i - 1]] = true
          isPlain = false
        end
      end
    end
  end
  look(present - ${String(DEDUP_EARLIER_SETS)}, present)
  if newest > present then look(math.max(newest - ${String(DEDUP_EARLIER_SETS)}, present + 1), newest) end
end
if isPlain then
  local met = {}
  for a = firstIdentity, firstCopy - 1 do
    local identity = ARGV[a]
    if met[identity] then isPlain = false end
    met[identity] = true
  end
end
local outcomes, counts, seen, times, identities, entry, fresh = {}, {}, {}, {}, {}, {}, 0
local id = '-'
if isPlain then
  fresh = keyed
else
  local place, nextIdentity, nextCopy = 0, firstIdentity, 0
  local function copyAt()
    if nextCopy == copied then return 0 end
    return tonumber(string.match(ARGV[firstCopy + nextCopy], '^%d+'))
  end
  local nextPlace = copyAt()
  for a = firstEvent, #ARGV, 2 do
    place = place + 1
    local outcome = 'd'
    if place ~= nextPlace then
      local identity = ARGV[nextIdentity]
      nextIdentity = nextIdentity + 1
      if not known[identity] then
        outcome = 'j'
        known[identity] = true
        identities[#identities + 1] = identity
      end
    else
      local settled, age = string.match(ARGV[firstCopy + nextCopy], '^%d+:(-?%d+):(%d+)$')
      nextCopy = nextCopy + 1
      nextPlace = copyAt()
      local key = KEYS[5 + nextCopy]
      local count = tonumber(seen[key] or redis.call('GET', key) or '0')
      settled = tonumber(settled)
      if settled < 0 or settled >= count then
        if isHolder and (settled >= 0 or count == 0 or seen[key]) then
          outcome = 'j'
          count = count + 1
          seen[key] = count
          times[#times + 1] = {key .. ':at', string.format('%.0f', now - tonumber(age))}
        else
          outcome = 'l'
        end
      end
      if outcome ~= 'j' then
        redis.call('EXPIRE', key, ARGV[3])
        redis.call('EXPIRE', key .. ':at', ARGV[3])
      end
      counts[#counts + 1] = count
    end
    if outcome == 'j' then
      entry[#entry + 1] = ARGV[a]
      entry[#entry + 1] = ARGV[a + 1]
      fresh = fresh + 1
    end
    outcomes[#outcomes + 1] = outcome
  end
end
if fresh > 0 then
  local limit = tonumber(ARGV[5])
  local bytes = redis.call('MEMORY', 'USAGE', KEYS[1]) or 0
  if bytes >= limit and trim(KEYS[1], ARGV[6]) > 0 then bytes = redis.call('MEMORY', 'USAGE', KEYS[1]) end
  if bytes >= limit then
    return redis.error_reply('JOURNAL_FULL it takes ' .. bytes .. ' bytes of ' .. ARGV[5])
  end
  if isPlain then id = redis.call('XADD', KEYS[1], '*', 'at', atText, unpack(ARGV, firstEvent))
  else id = redis.call('XADD', KEYS[1], '*', 'at', atText, unpack(entry)) end
  if isPlain or #identities > 0 then
    local name = set(present)
    if isPlain then redis.call('SADD', name, unpack(ARGV, firstIdentity, firstCopy - 1))
    else redis.call('SADD', name, unpack(identities)) end
    if redis.call('TTL', name) < 0 then
      redis.call('EXPIRE', name, ${String(DEDUP_SET_EXPIRY_SECONDS)})
      if newest < present then redis.call('SET', KEYS[5], present, 'EX', ${String(DEDUP_SET_EXPIRY_SECONDS)}) end
      redis.call('UNLINK', set(present - ${String(DEDUP_EARLIER_SETS + 1)}))
    end
  end
  for key, value in pairs(seen) do redis.call('SET', key, value, 'EX', ARGV[3]) end
  for _, time in ipairs(times) do
    redis.call('RPUSH', time[1], time[2])
    redis.call('LTRIM', time[1], -${String(REMEMBERED_COPIES)}, -1)
    redis.call('EXPIRE', time[1], ARGV[3])
  end
  redis.call('SET', KEYS[3], string.format('%.0f', at + fresh - 1), 'EX', ARGV[3])
end
local letters = isPlain and string.rep('j', keyed) or table.concat(outcomes)
local reply = table.concat({number, isHolder and '1' or '0', letters, id, atText, table.concat(counts, ',')}, ' ')
redis.call('SET', KEYS[4], reply, 'EX', ARGV[3])
return reply
`;

/**
 * Publishes a text with the time of its publication in it.
 *
 * ARGV 1 channel, 2 text before the time, 3 text between the time and another, 4 that other time in µs
 *      ('': the same), 5 text after it. Returns the time in µs.
 */
export const HEARTBEAT = `
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
local since = ARGV[4]
if since == '' then since = now end
redis.call('PUBLISH', ARGV[1], ARGV[2] .. now .. ARGV[3] .. since .. ARGV[5])
return now
`;

/**
 * Takes, keeps or gives up the lease, and tells how often some bytes have been journaled.
 *
 * KEYS 1 lease, then counters of copies.
 * ARGV 1 writer, 2 lease in ms, 3 `1`: wants it, `0`: gives it up, 4 a time in µs, 5 an age in µs,
 *      then one per counter: `1` asks how many of its copies were received after that time and are
 *      not older than that age.
 * A counter that is asked about lives on: who heard its number must not meet another one.
 *
 * Returns {holds it?, count and copies after the time (-1: not asked) of each counter in turn}.
 */
export const LEASE = `
local holder = redis.call('GET', KEYS[1])
local isHolder = holder == ARGV[1]
if ARGV[3] == '1' then
  if isHolder then redis.call('PEXPIRE', KEYS[1], ARGV[2])
  elseif not holder then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    isHolder = true
  end
elseif isHolder then
  redis.call('DEL', KEYS[1])
  isHolder = false
end
local time = redis.call('TIME')
local from = math.max(tonumber(ARGV[4]), time[1] * 1000000 + time[2] - tonumber(ARGV[5]))
local counts = {}
for i = 2, #KEYS do
  local after = -1
  if ARGV[i + 4] == '1' then
    after = 0
    for _, at in ipairs(redis.call('LRANGE', KEYS[i] .. ':at', 0, -1)) do
      if tonumber(at) > from then after = after + 1 end
    end
  end
  counts[#counts + 1] = tonumber(redis.call('GET', KEYS[i]) or '0')
  counts[#counts + 1] = after
  redis.call('EXPIRE', KEYS[i], ${String(COPIES_SECONDS)})
  redis.call('EXPIRE', KEYS[i] .. ':at', ${String(COPIES_SECONDS)})
end
return {isHolder and 1 or 0, counts}
`;
