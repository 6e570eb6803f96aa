-- Recurring jobs: sets the next tick of one, and notes what became of a tick. Needs now, timer.
local function setTicksTimer()
  local first = redis.call('ZRANGE', $ticks, 0, 0, 'WITHSCORES')
  if not first[2] or first[2] == 'inf' then redis.pcall('ZREM', $timers, 'ticks') else setTimer('ticks', tonumber(first[2])) end
end
local function setTick(id, at)
  redis.call('ZADD', $ticks, at, id)
  setTicksTimer()
end
local function note(id, entry)
  if type(redis.pcall('LPUSH', $history .. id, entry)) == 'number' then redis.call('LTRIM', $history .. id, 0, 99) end
end
