-- Cancels a batch: ends what has not ended of it, a bounded number a call. One that has failed is given up.
-- Transition: scheduled, enqueued, awaiting, processing -> cancelled
-- KEYS: 1 prefix
-- ARGV: 1 batch, 2 who, 3 reason (JSON text; empty: goes on with what was begun), 4 most members in this call, 5 how many
--       cancelled jobs to keep
-- Returns: "MORE", "DONE", "ENDED" (there was nothing to cancel), or "GONE" (there is no such batch)
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include state
--@include stale
--@include detach
--@include tail
--@include cancel
--@include ended
--@include audit
--@include trim
--@include bury
--@include push
--@include timer
--@include ties
--@include batch
local VERB, id, who, reason, most = 'halt', ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local keep, done = tonumber(ARGV[5]), {}
local key = $batch .. id
local state, ended, halted = unpack(redis.call('HMGET', key, 'state', 'ended', 'halted'))
redis.call('LLEN', $members .. id)
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $scheduled)
redis.call('DEL', $none)
if state ~= 'open' then
  redis.pcall('ZREM', $timers, 'halt:' .. id)
  return 'GONE'
end
--@include halt
if ended == 'F' and reason ~= '' then return giveUp() end
if ended ~= '' or not halted and reason == '' then return nothing() end
if not halted then begin() end
local cursor = redis.call('HGET', key, 'halt')
local ids = cursor and redis.call('LRANGE', $members .. id, cursor, cursor + most - 1) or {}
for i = 1, #ids do haltMember(ids[i]) end
concludeEnds(VERB, 'C', done, keep)
return moveOn(#ids)
