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
-- Ticks that follow each other and were passed over for the same reason share an entry, or they would push out the runs. `head`:
-- what an entry begins with, with the newest of them; `more`: how many it adds.
local function noteSkipped(id, head, reason, more)
  local last = redis.pcall('LINDEX', $history .. id, 0)
  local isSame = type(last) == 'string' and string.find(last, ',"skipped":"' .. reason .. '"', 1, true)
  local count = more + (isSame and tonumber(string.match(last, '"count":(%d+)') or 1) or 0)
  if isSame then redis.call('LPOP', $history .. id) end
  note(id, head .. ',"skipped":"' .. reason .. '"' .. (count > 1 and ',"count":' .. string.format('%.0f', count) or '') .. '}')
end
