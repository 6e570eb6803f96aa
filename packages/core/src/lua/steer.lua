-- Tells a worker what a person wants of it: at once by a message, and by its next beat, should that get lost.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 worker, 4 "resume", "quiet", "stop" or "concurrency", 5 slots (concurrency only)
-- Returns: "OK", or "GONE": no worker of this name lives
local P = KEYS[1]
--@include now
--@include audit
local who, reason, worker, verb, slots, HOUR_MS = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], 3600000
if not redis.call('ZSCORE', $leases, worker) then return 'GONE' end
-- By the clock, so that an order is never older than one that has expired.
local n = math.max(tonumber(redis.call('HGET', $order .. worker, 'n') or 0) + 1, now())
n = string.format('%.0f', n)
redis.call('DEL', $none)
if verb == 'concurrency' then
  redis.call('HSET', $order .. worker, 'n', n, 'slots', slots .. ' ' .. n)
  reason = string.sub(reason, 1, -2) .. ',"slots":' .. slots .. '}'
else
  redis.call('HSET', $order .. worker, 'n', n, 'mode', verb .. ' ' .. n)
end
redis.call('PEXPIRE', $order .. worker, HOUR_MS)
redis.call('PUBLISH', $wake .. worker, 'order')
audit(who, verb, worker, reason)
return 'OK'
