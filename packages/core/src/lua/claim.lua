-- Takes jobs that wait in the given queues, in that order and by priority; promotes what is due first. Never resent.
-- Transition: enqueued -> processing (and scheduled -> enqueued)
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 most jobs, 4 lease (ms), 5 "1" if registered as idle, 6 suspects: "0" none, "1" one,
--       "2" one, also one that must run alone: the worker holds nothing; 7… queues
-- Returns: {"LEASE_LOST"}, {"STALE"}, or {"OK", now, next due (ms, -1 none), 1 if timekeeper, 1 if a job waits that must run
--          alone and this worker should empty itself for it, next timer of what blocks jobs (ms, -1 none), 1 if
--          more may wait than was looked at, id, record, id, record…}
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include promote
--@include stale
--@include timekeeper
local worker, no, most, leaseMs = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local wasIdle, takes, firstQueue = ARGV[5] == '1', ARGV[6], 7
if not redis.call('ZSCORE', $leases, worker) then return { 'LEASE_LOST' } end
local highest = redis.call('HGET', $processing .. worker, 'n')
if highest and tonumber(no) <= tonumber(highest) then return { 'STALE' } end
local codes = redis.call('HMGET', $queues, unpack(ARGV, firstQueue))
redis.call('SCARD', $processing .. worker .. ':' .. no)
redis.call('DEL', $none)
local _, promoted = promoteDue(100)
local reply, ids, count, bytes, suspect = { 'OK', now(), -1, 0, 0, -1, 0 }, {}, 0, 0, nil
--@include gates
--@include enter
--@include pop
--@include ring
--@include serve
if count > 0 then
  redis.call('HSET', $processing .. worker, 'n', no, no, count)
  if suspect then redis.call('HSET', $processing .. worker, 'suspect', no .. ' ' .. suspect) end
  tell('claim', 'P', ids)
else
  redis.call('HSET', $processing .. worker, 'n', no)
end
redis.call('ZADD', $leases, 'XX', now() + leaseMs, worker)
for queue in pairs(promoted) do wake(queue) end
--@include idle
return reply
