-- Those that have ended within a minute, and whose children may still have to be told how, stay.
local function withoutUntold(set, ids)
  if redis.call('EXISTS', $todo) == 0 then return ids end
  local told = {}
  for i = 1, #ids do
    local isUntold = redis.pcall('SISMEMBER', $parents, ids[i]) == 1 and tonumber(redis.call('ZSCORE', set, ids[i])) > now() - 60000
    if not isUntold then told[#told + 1] = ids[i] end
  end
  return told
end
-- What had ended without success and is removed will never succeed: its batch must know. Needs loosen.
local function giveUp(ids)
  for i = 1, #ids do
    local mark = redis.pcall('GETRANGE', $job .. ids[i], '0', '31')
    if isMark(mark) and isTied(mark) then loosen(ids[i], nil, 'Z') end
  end
end
-- Removes the oldest jobs of a sorted set (`failed`, `cancelled`) beyond `keep` and before `since`; at most `limit`. Returns how
-- many, and whether there may be more.
local function trimSorted(set, keep, since, limit)
  local over = math.min(redis.call('ZCARD', set) - keep, limit)
  local ids = over > 0 and redis.call('ZRANGE', set, 0, over - 1)
    or redis.call('ZRANGE', set, '-inf', since, 'BYSCORE', 'LIMIT', 0, limit)
  local isFull = #ids == limit
  ids = withoutUntold(set, ids)
  if #ids == 0 then return 0, false end
  giveUp(ids)
  redis.call('ZREM', set, unpack(ids))
  tell('trim', '-', ids)
  return unlinkRecords(ids), isFull
end
-- Counts and tells that jobs have ended without success, and trims those of their state. `letter`: the state (F, C). Needs tell,
-- ended.
local function concludeEnds(verb, letter, ids, keep)
  if #ids == 0 then return end
  redis.pcall('HINCRBY', $stats, letter == 'F' and 'failed' or 'cancelled', #ids)
  tell(verb, letter, ids)
  announceEnd(ids, letter)
  trimSorted(letter == 'F' and $failed or $cancelled, keep, '(0', 2 * #ids)
end
