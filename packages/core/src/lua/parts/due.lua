-- Tells the timekeeper, or else an idle worker, that a job is due sooner than it knows.
local function earliestDue()
  local first = redis.call('ZRANGE', $scheduled, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2])
end
local function tellDue(before, due, queue)
  if before and before <= due then return end
  local keeper = redis.pcall('GET', $timekeeper)
  if type(keeper) ~= 'string' or type(redis.pcall('ZSCORE', $leases, keeper)) ~= 'string' then
    keeper = redis.pcall('ZRANGE', $idle .. queue, -1, -1)[1]
  end
  if keeper then redis.call('PUBLISH', $wake .. keeper, 'due ' .. string.format('%.0f', due)) end
end
