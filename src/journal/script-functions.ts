/** Functions in Lua that scripts begin with. */

/** `fieldsOf(raw)`: a table of what Redis answers as a flat list of names and values. */
export const FIELDS_OF = `
local function fieldsOf(raw)
  local fields = {}
  for i = 1, #raw, 2 do fields[raw[i]] = raw[i + 1] end
  return fields
end
`;

/**
 * `trim(journal, group)`: deletes what every group has acknowledged, all before the oldest entry that
 * is pending or not yet delivered in any group, and returns how many entries that were; nothing while
 * `group` is missing, where one is given. Needs `fieldsOf`.
 */
export const TRIM_FUNCTION = `
local function trim(journal, own)
  if redis.call('EXISTS', journal) == 0 then return 0 end
  local function less(a, b)
    if #a[1] ~= #b[1] then return #a[1] < #b[1] end
    if a[1] ~= b[1] then return a[1] < b[1] end
    if #a[2] ~= #b[2] then return #a[2] < #b[2] end
    return a[2] < b[2]
  end
  local function parse(id)
    local ms, seq = string.match(id, '^(%d+)-(%d+)$')
    return {ms, seq}
  end
  local lowest
  local isOwnThere = not own
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', journal)) do
    local group = fieldsOf(raw)
    isOwnThere = isOwnThere or group['name'] == own
    local first
    if group['pending'] > 0 then
      first = parse(redis.call('XPENDING', journal, group['name'])[2])
    else
      local following = redis.call('XRANGE', journal, '(' .. group['last-delivered-id'], '+', 'COUNT', 1)
      if following[1] then first = parse(following[1][1])
      else
        local delivered = parse(group['last-delivered-id'])
        first = {delivered[1], string.format('%.0f', tonumber(delivered[2]) + 1)}
      end
    end
    if not lowest or less(first, lowest) then lowest = first end
  end
  if not lowest or not isOwnThere then return 0 end
  return redis.call('XTRIM', journal, 'MINID', lowest[1] .. '-' .. lowest[2])
end
`;
