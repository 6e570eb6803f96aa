-- The first queue of a producer's call that would have more jobs waiting than its settings allow; nil: none. Only what may run
-- now counts. Needs firstGroup.
--@include waiting
--@include settings
local function roomOf(queue)
  local size = settingsOf(queue).size
  if type(size) ~= 'number' then return math.huge end
  return size - waitingIn(queue) - redis.call('ZCARD', $parked .. queue)
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
