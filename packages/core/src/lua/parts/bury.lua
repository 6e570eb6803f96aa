-- Removes the oldest jobs of a sorted set (`failed`, `cancelled`) beyond `keep` and before `since`; at most `limit`.
local function trimSorted(set, keep, since, limit)
  local over = math.min(redis.call('ZCARD', set) - keep, limit)
  local ids = over > 0 and redis.call('ZRANGE', set, 0, over - 1)
    or redis.call('ZRANGE', set, '-inf', since, 'BYSCORE', 'LIMIT', 0, limit)
  if #ids == 0 then return 0 end
  redis.call('ZREM', set, unpack(ids))
  tell('trim', '-', ids)
  return unlinkRecords(ids)
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
