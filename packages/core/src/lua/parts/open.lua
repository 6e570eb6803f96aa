-- Makes a draft batch real: from here on it exists. Needs now, batch, timer.
local function openBatch(id)
  redis.call('HSET', $batch .. id, 'state', 'open', 'cursor', 0)
  redis.pcall('ZREM', $timers, 'draft:' .. id)
  setTimer('launch:' .. id, now() + 10000)
  redis.pcall('ZADD', $batches, now(), id)
  local waiting = redis.pcall('LRANGE', $children .. id, 0, 999)
  for i = 1, waiting.err and 0 or #waiting do
    local mark = redis.pcall('GETRANGE', $job .. waiting[i], '0', '0')
    if mark == 'A' then redis.pcall('ZADD', $awaiting, now(), waiting[i]) end
  end
  if redis.call('HGET', $batch .. id, 'pending') == '0' then endEmpty(id) end
end
-- The index of batches is bounded: the oldest that have ended are forgotten now.
local function boundBatches()
  local over = redis.pcall('ZCARD', $batches)
  if type(over) ~= 'number' or over <= 10000 then return end
  local oldest = redis.call('ZRANGE', $batches, 0, 19)
  for i = 1, #oldest do
    local ended = redis.pcall('HGET', $batch .. oldest[i], 'ended')
    if not ended then redis.call('ZREM', $batches, oldest[i])
    elseif type(ended) == 'string' and ended ~= '' then setTimer('forget:' .. oldest[i], now()) end
  end
end
