-- Moves due jobs to their queues when no claim does it, because every slot is busy.
-- Transition: scheduled -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 most jobs in this call
-- Returns: {number moved, next due (ms, -1 none), 1 if timekeeper, next timer of what blocks jobs (ms, -1 none)}
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include promote
--@include timekeeper
local worker, most = ARGV[1], tonumber(ARGV[2])
redis.call('DEL', $none)
local moved, queues = promoteDue(most)
for queue in pairs(queues) do wake(queue) end
local due, keeper, timer = keepTime(worker, nextDue)
return { moved, due, keeper, timer }
