-- Goes on with an operation: looks at up to 500 entries, and changes the jobs that it is about.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 id, 2 number of the step, 3 how many cancelled jobs to keep, 4 how soon somebody else goes on when nobody does (ms)
-- Returns: {"MORE", number of the next step, when (ms from now)}, {"DONE"}, {"GONE"}, or {"STALE", number, when} (that step was made)
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include ties
--@include state
--@include hold
--@include stale
--@include loosen
--@include detach
--@include tail
--@include due
--@include timer
--@include batch
--@include cancel
--@include ended
--@include trim
--@include bury
--@include leave
--@include requeue
--@include delete
local id, number, keep, leadMs, wakes = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), {}
local operation, step, cursor, nextAt = $operation .. id, unpack(redis.call('HMGET', $operation .. id, 'step', 'cursor', 'nextAt'))
local state, verb, filter, target, rate, dry, reason, who =
  unpack(redis.call('HMGET', operation, 'state', 'verb', 'filter', 'target', 'rate', 'dry', 'reason', 'who'))
if not state then return { 'GONE' } end
if state ~= 'running' then return { 'DONE' } end
nextAt = tonumber(nextAt)
if step ~= number or nextAt > now() then return { 'STALE', tonumber(step), math.max(nextAt - now(), 0) } end
filter, target, rate, dry = cjson.decode(filter), cjson.decode(target), tonumber(rate), dry == '1'
for _, key in ipairs({ $scheduled, $failed, $cancelled, $timers }) do redis.call('ZCARD', key) end
redis.call('HLEN', $requeued)
redis.call('LLEN', $plan .. id)
redis.call('DEL', $none)
--@include reschedule
--@include move
--@include audit
--@include conclude
--@include plan
--@include select
--@include scan
--@include apply
--@include march
local isOver, ending = march()
finishStep(keep)
if isOver then
  conclude(id, ending or 'done', who, reason)
  return { 'DONE' }
end
setTimer('operation:' .. id, math.max(nextAt, now()) + leadMs)
return { 'MORE', tonumber(step) + 1, math.max(nextAt - now(), 0) }
