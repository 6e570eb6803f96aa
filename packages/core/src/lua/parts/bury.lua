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
