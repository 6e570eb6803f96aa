-- Removes finished jobs that are older or more than retention keeps; a bounded number a call.
-- Transition: succeeded, failed, cancelled -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 most jobs in this call, 2 succeeded: how many, 3 succeeded: how long (ms), 4 failed and cancelled: how many,
--       5 failed and cancelled: how long (ms)
-- Returns: how many were removed
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include ended
--@include stale
--@include trim
--@include loosen
--@include bury
--@include state
--@include detach
--@include leave
--@include outlive
local limit, keepSucceeded, succeededMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local keepOthers, othersMs = tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZCARD', $failed)
redis.call('ZCARD', $cancelled)
local length = redis.call('LLEN', $succeeded)
redis.call('DEL', $none)
redis.pcall('ZREMRANGEBYSCORE', $watched, '-inf', now())
local removed, left = trimBeyond(keepSucceeded, length, limit), limit
--@include age
local aged = removed < limit and agedOut(limit - removed) or 0
if aged > 0 then removed = removed + trimSucceeded(aged) end
removed = removed + trimKept(left)
removed = removed + trimSorted($failed, keepOthers, now() - othersMs, left)
return removed + trimSorted($cancelled, keepOthers, now() - othersMs, left)
