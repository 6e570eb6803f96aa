-- Removes finished jobs that are older or more than retention keeps; a bounded number a call.
-- Transition: succeeded, failed, cancelled -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 most jobs in this call, 2 succeeded: how many, 3 succeeded: how long (ms), 4 failed and cancelled: how many,
--       5 failed and cancelled: how long (ms)
-- Returns: {how many were removed, 1 if it stopped at a bound}
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
local removed, more = trimBeyond(keepSucceeded, length, limit)
--@include age
local requeued = registered()
local aged = requeued and agedOut(limit) or 0
if aged > 0 then removed = removed + trimSucceeded(aged, requeued) end
local own, ownMore = trimKept(limit)
local failed, failedMore = trimSorted($failed, keepOthers, now() - othersMs, limit)
local cancelled, cancelledMore = trimSorted($cancelled, keepOthers, now() - othersMs, limit)
more = more or aged == limit or ownMore or failedMore or cancelledMore
return { removed + own + failed + cancelled, more and 1 or 0 }
