-- The first queue of a producer's call that would have more jobs waiting than its settings allow; nil: none. Only what may run
-- now counts. Needs firstGroup.
local function roomOf(queue)
  local text = redis.pcall('HGET', $settings, queue)
  local ok, set = pcall(cjson.decode, type(text) == 'string' and text or '')
  if not ok or type(set) ~= 'table' or type(set.size) ~= 'number' then return math.huge end
  local waiting = redis.call('LLEN', $suspects .. queue) + redis.call('ZCARD', $parked .. queue)
  local stale = redis.call('HMGET', $stale, queue .. ':0', queue .. ':1', queue .. ':2', queue .. ':3', queue .. ':s')
  for priority = 0, 3 do
    local slot = queue .. ':' .. priority
    waiting = waiting + redis.call('LLEN', $ready .. slot) + tonumber(redis.call('HGET', $grouped, slot) or 0)
  end
  for i = 1, 5 do waiting = waiting - tonumber(stale[i] or 0) end
  return set.size - waiting
end
local function fullQueue()
  local at, rooms = firstGroup, {}
  while at < #ARGV do
    local queue, jobs = ARGV[at], tonumber(ARGV[at + 3])
    if not string.find(ARGV[at + 2], ' ', 1, true) then
      rooms[queue] = (rooms[queue] or roomOf(queue)) - jobs
      if rooms[queue] < 0 then return queue end
    end
    at = at + 4 + 2 * jobs
  end
end
