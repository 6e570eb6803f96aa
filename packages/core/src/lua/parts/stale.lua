-- An entry of a ready list stopped to count (+1), or was met and dropped (-1).
local function countStale(queue, mark, by)
  if isSuspect(mark) then return end
  redis.pcall('HINCRBY', $stale, queue .. ':' .. string.sub(mark, 5, 5), by)
end
