-- When the next job is due (-1: none is scheduled), whether this worker holds the exact timers of the shard, and when
-- something that blocks jobs must be looked at (-1: nothing). `due`: what is known already, if anything.
local function keepTime(worker, due)
  due = due or tonumber(redis.pcall('ZRANGE', $scheduled, 0, 0, 'WITHSCORES')[2] or -1)
  local look = tonumber(redis.pcall('ZRANGE', $timers, 0, 0, 'WITHSCORES')[2] or -1)
  if due < 0 and look < 0 then return -1, 0, -1 end
  local keeper = redis.pcall('GET', $timekeeper)
  local isOther = type(keeper) == 'string' and keeper ~= worker
  if isOther and type(redis.pcall('ZSCORE', $leases, keeper)) == 'string' then return due, 0, look end
  redis.call('SET', $timekeeper, worker, 'PX', 10000)
  return due, 1, look
end
