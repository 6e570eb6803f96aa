-- Appoints the worker that divides limits of queues between the shards, for a while. Called in the first shard.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 for how long (ms), 3 what its number must be above
-- Returns: its number, higher than all before; 0: another worker is appointed
local P = KEYS[1]
--@include now
local worker, untilAt, number = unpack(redis.call('HMGET', $steward, 'worker', 'until', 'number'))
if worker and worker ~= ARGV[1] and (tonumber(untilAt) or 0) > now() then return 0 end
number = math.max(tonumber(number) or 0, tonumber(ARGV[3])) + 1
redis.call('DEL', $none)
redis.call('HSET', $steward, 'worker', ARGV[1], 'until', now() + tonumber(ARGV[2]), 'number', string.format('%.0f', number))
return number
