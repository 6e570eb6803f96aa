-- Gives a new worker its lease in this shard. Never resent: without an answer the worker takes another identity.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 lease (ms), 3 who it is (JSON; empty outside the home shard)
-- Returns: {"OK", now} or {"EXISTS"}
local P = KEYS[1]
--@include now
local worker, leaseMs, info = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if redis.call('ZSCORE', $leases, worker) then return { 'EXISTS' } end
local longest = redis.call('HGET', $sweep, 'leaseMs')
redis.call('DEL', $none)
redis.call('ZADD', $leases, now() + leaseMs, worker)
if not longest or tonumber(longest) < leaseMs then redis.call('HSET', $sweep, 'leaseMs', leaseMs) end
if info ~= '' then redis.pcall('HSET', $workers, worker, info) end
return { 'OK', now() }
