-- Sends jobs whose attempt failed back to wait for the next one.
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
local worker, outcomes, CODE, COUNTER = ARGV[1], {}, 'R', 'retried'
--@include postpone
return outcomes
