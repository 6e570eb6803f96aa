-- When the next job is due (-1: none is scheduled), and whether this worker holds the exact timer for it. Needs `worker`.
local function keepTime()
  local first = redis.pcall('ZRANGE', $scheduled, 0, 0, 'WITHSCORES')
  if not first[2] then return -1, 0 end
  local keeper = redis.pcall('GET', $timekeeper)
  if keeper and keeper ~= worker and redis.call('ZSCORE', $leases, keeper) then return tonumber(first[2]), 0 end
  redis.call('SET', $timekeeper, worker, 'PX', 10000)
  return tonumber(first[2]), 1
end
