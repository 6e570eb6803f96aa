-- Entries of a ready list, or of `succeeded`, stopped to count, or (below zero) were met and dropped.
local function countStale(list, by)
  local left = redis.pcall('HINCRBY', $stale, list, by)
  if type(left) == 'number' and left < 0 then redis.call('HSET', $stale, list, 0) end
end
