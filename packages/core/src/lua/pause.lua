-- Stops a queue from being claimed.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 queue
-- Returns: "OK" or "ALREADY"
local P = KEYS[1]
--@include now
--@include audit
local who, reason, queue = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', $paused, queue) == 1 then return 'ALREADY' end
redis.call('DEL', $none)
redis.call('HSET', $paused, queue, string.sub(reason, 1, -2) .. ',"at":' .. string.format('%.0f', now()) .. '}')
audit(who, 'pause', queue, reason)
return 'OK'
