-- Lets what a running job is paced by rest for a while: its rate, or else its whole queue. For a service that said "later".
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 id, 4 for how long (ms)
-- Returns: "OK", or "LOST" (the worker does not hold the job)
local P = KEYS[1]
--@include now
--@include place
--@include ties
--@include timer
local worker, no, id, ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('SISMEMBER', $processing .. worker .. ':' .. no, id) == 0 then return 'LOST' end
local mark, rate = redis.pcall('GETRANGE', $job .. id, '0', '31'), tiesTo(tiesOf(id).rates, 2)[1]
if not isMark(mark) then return 'LOST' end
redis.call('HLEN', $paused)
local ends = now() + ms
redis.call('DEL', $none)
if not rate then
  redis.call('HSET', $paused, 'until:' .. queueOf(mark), string.format('%.0f', ends))
  setTimer('queue:' .. queueOf(mark), ends, 'LT')
elseif type(rate[4]) == 'number' then
  -- The bucket has its first token then.
  local full = ends + (rate[4] - 1) * rate[3] / rate[2]
  redis.call('SET', $rate .. rate[1], string.format('%.3f', full), 'PX', math.ceil(full - now()) + 1)
else
  redis.call('DEL', $rate .. rate[1])
  for _ = 1, math.min(rate[2], 1000) do redis.call('RPUSH', $rate .. rate[1], string.format('%.0f', ends - rate[3])) end
  redis.call('PEXPIRE', $rate .. rate[1], math.max(ms, rate[3]))
end
return 'OK'
