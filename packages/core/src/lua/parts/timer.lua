-- Sets the timer of something that must be looked at; `flag` "LT": never to a later time than it has. Tells the timekeeper, or
-- else any worker, when that is sooner than what it knows. Needs now.
local function setTimer(name, at, flag)
  local first = redis.pcall('ZRANGE', $timers, 0, 0, 'WITHSCORES')
  local done
  if flag then done = redis.pcall('ZADD', $timers, flag, at, name) else done = redis.pcall('ZADD', $timers, at, name) end
  if type(done) ~= 'number' or first[2] and tonumber(first[2]) <= at then return end
  local keeper = redis.pcall('GET', $timekeeper)
  if type(keeper) ~= 'string' or type(redis.pcall('ZSCORE', $leases, keeper)) ~= 'string' then
    keeper = redis.pcall('ZRANGE', $leases, -1, -1)[1]
  end
  if keeper then redis.call('PUBLISH', $wake .. keeper, 'look ' .. string.format('%.0f', at)) end
end
