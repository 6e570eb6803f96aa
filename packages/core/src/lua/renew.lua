-- The beat of a worker: moves its lease forward, echoes on its channel, and sweeps: which leases have expired?
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 lease (ms), 3 sweep interval (ms), 4 its load (JSON; outside the home shard only its long runs), empty: as before
-- Returns: {"LEASE_LOST"} or {"OK", now, number of the last order that it was given (0: none), dead worker…}
local P = KEYS[1]
--@include now
local worker, leaseMs, sweepMs, load = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if not redis.call('ZSCORE', $leases, worker) then return { 'LEASE_LOST' } end
local sweep = redis.call('HMGET', $sweep, 'last', 'graceUntil', 'leaseMs')
local last, graceUntil, longest = tonumber(sweep[1]), tonumber(sweep[2] or 0), math.max(tonumber(sweep[3] or 0), leaseMs)
redis.call('DEL', $none)
redis.call('ZADD', $leases, 'XX', now() + leaseMs, worker)
if load ~= '' then redis.pcall('HSET', $loads, worker, load) end
redis.call('PUBLISH', $wake .. worker, 'beat')
if not last or now() - last > 3 * sweepMs or now() < last then
  graceUntil = now() + longest
elseif graceUntil > now() + longest then
  graceUntil = now()
end
redis.call('HSET', $sweep, 'last', now(), 'graceUntil', graceUntil, 'leaseMs', longest)
local limit = now() + 2 * longest
local far = redis.call('ZRANGE', $leases, '(' .. limit, '+inf', 'BYSCORE', 'LIMIT', 0, 100)
for i = 1, #far do redis.call('ZADD', $leases, limit, far[i]) end
local order = redis.pcall('HGET', $order .. worker, 'n')
local reply = { 'OK', now(), type(order) == 'string' and tonumber(order) or 0 }
if now() < graceUntil then return reply end
local dead = redis.call('ZRANGE', $leases, '-inf', now(), 'BYSCORE', 'LIMIT', 0, 20)
for i = 1, #dead do reply[#reply + 1] = dead[i] end
local unfinished = redis.pcall('SRANDMEMBER', $rescuing, 20)
for i = 1, #unfinished do reply[#reply + 1] = unfinished[i] end
return reply
