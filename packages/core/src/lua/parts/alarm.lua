-- Writes down what became of an alert; 500 such events are kept. `fields`: what is known of it. `heldUntil`: until when somebody
-- has it to tell it (ms; 0: nobody has); nil: nobody is told. Returns its id. Needs now; call checkAlarms before the first write.
local function checkAlarms()
  redis.call('ZCARD', $alarms)
  redis.call('ZCARD', $undelivered)
end
local function alarm(what, alert, fields, heldUntil)
  local n = (tonumber(redis.call('ZREVRANGE', $alarms, 0, 0, 'WITHSCORES')[2]) or 0) + 1
  local event = string.format('%.0f-%.0f', now(), n)
  redis.pcall('HSET', $alarm .. event, 'what', what, 'alert', alert, 'at', now(), unpack(fields))
  redis.call('ZADD', $alarms, n, event)
  if heldUntil then redis.call('ZADD', $undelivered, heldUntil, event) end
  for _ = 1, math.min(redis.call('ZCARD', $alarms) - 500, 2) do
    local oldest = redis.call('ZPOPMIN', $alarms)[1]
    redis.call('DEL', $alarm .. oldest)
    redis.call('ZREM', $undelivered, oldest)
  end
  return event
end
