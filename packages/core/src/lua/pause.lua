-- Stops a queue, the jobs of a name, or everything from being claimed.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 queue, "name:<job name>", or "*"
-- Returns: "OK" or "ALREADY"
local P = KEYS[1]
--@include now
--@include audit
local who, reason, target = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', $paused, target) == 1 then return 'ALREADY' end
redis.call('DEL', $none)
redis.call('HSET', $paused, target, string.sub(reason, 1, -2) .. ',"at":' .. string.format('%.0f', now()) .. '}')
-- Claims look at the names of jobs only while some are paused.
if string.find(target, '^name:') then redis.call('HINCRBY', $paused, ':names', 1) end
audit(who, 'pause', target, reason)
return 'OK'
