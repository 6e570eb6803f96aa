-- Lets what a running job is paced by rest for a while: its rate, or else its whole queue. For a service that said "later".
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 id, 4 for how long (ms), 5 queue: in the other shards of a queue; then 2 and 3 are empty
-- Returns: "OK", {"QUEUE", queue} (the whole queue rests: in this shard), or "LOST" (the worker does not hold the job, or has
--          no lease)
local P = KEYS[1]
--@include now
--@include place
--@include ties
--@include timer
local worker, no, id, ms, queue = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local ends = now() + ms
-- A rest that lasts longer stays.
local function restQueue(name)
  local known = tonumber(redis.call('HGET', $paused, 'until:' .. name) or 0)
  redis.call('DEL', $none)
  if known >= ends then return end
  redis.call('HSET', $paused, 'until:' .. name, string.format('%.0f', ends))
  setTimer('queue:' .. name, ends, 'LT')
end
if queue then
  if type(redis.pcall('ZSCORE', $leases, worker)) ~= 'string' then return 'LOST' end
  restQueue(queue)
  return 'OK'
end
if redis.call('SISMEMBER', $processing .. worker .. ':' .. no, id) == 0 then return 'LOST' end
local mark, rate = redis.pcall('GETRANGE', $job .. id, '0', '31'), tiesTo(tiesOf(id).rates, 2)[1]
if not isMark(mark) then return 'LOST' end
if not rate then
  restQueue(queueOf(mark))
  return { 'QUEUE', queueOf(mark) }
elseif type(rate[4]) == 'number' then
  -- The bucket has its first token then.
  local full = ends + (rate[4] - 1) * rate[3] / rate[2]
  local known = tonumber(redis.call('GET', $rate .. rate[1]) or 0)
  redis.call('DEL', $none)
  if known < full then redis.call('SET', $rate .. rate[1], string.format('%.3f', full), 'PX', math.ceil(full - now()) + 1) end
else
  local start = ends - rate[3]
  local last = tonumber(redis.call('LINDEX', $rate .. rate[1], -1) or 0)
  local isResting = last > start and redis.call('LLEN', $rate .. rate[1]) >= math.min(rate[2], 1000)
  redis.call('DEL', $none)
  if not isResting then
    redis.call('DEL', $rate .. rate[1])
    for _ = 1, math.min(rate[2], 1000) do redis.call('RPUSH', $rate .. rate[1], string.format('%.0f', start)) end
    redis.call('PEXPIRE', $rate .. rate[1], math.max(ms, rate[3]))
  end
end
return 'OK'
