-- When the next job is due (-1: none is scheduled), and whether this worker holds the exact timer for it.
local function keepTime(worker)
  local first = redis.pcall('ZRANGE', $scheduled, 0, 0, 'WITHSCORES')
  if not first[2] then return -1, 0 end
  local keeper = redis.pcall('GET', $timekeeper)
  local isOther = type(keeper) == 'string' and keeper ~= worker
  if isOther and type(redis.pcall('ZSCORE', $leases, keeper)) == 'string' then return tonumber(first[2]), 0 end
  redis.call('SET', $timekeeper, worker, 'PX', 10000)
  return tonumber(first[2]), 1
end
