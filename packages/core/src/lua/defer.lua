-- Sends jobs that this worker cannot run now back to wait, without using an attempt.
-- Transition: processing -> scheduled
-- KEYS: 1 prefix
-- ARGV: 1 worker, then per job: claim number, id, delay (ms), tail line
-- Returns: per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include take
--@include tail
--@include due
local worker, outcomes, CODE, COUNTER = ARGV[1], {}, 'D', 'deferred'
--@include postpone
return outcomes
