-- How many jobs of a queue wait here for a slot; those that are parked do not count. What cannot be read counts nothing.
local function waitingIn(queue)
  local waiting = tonumber(redis.pcall('LLEN', $suspects .. queue)) or 0
  local stale = redis.pcall('HMGET', $stale, queue .. ':0', queue .. ':1', queue .. ':2', queue .. ':3', queue .. ':s')
  for priority = 0, 3 do
    local slot = queue .. ':' .. priority
    local grouped = redis.pcall('HGET', $grouped, slot)
    waiting = waiting + (tonumber(redis.pcall('LLEN', $ready .. slot)) or 0)
      + (type(grouped) == 'string' and tonumber(grouped) or 0)
  end
  for i = 1, 5 do waiting = waiting - tonumber(stale[i] or 0) end
  return math.max(0, waiting)
end
