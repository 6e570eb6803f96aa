-- Ends jobs that failed for good: they wait for a person.
-- Transition: processing -> failed
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 how many failed jobs to keep, then per job: claim number, id, tail line
-- Returns: per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include take
--@include tail
--@include ended
--@include stale
--@include trim
--@include bury
local worker, keep, SET, LETTER = ARGV[1], tonumber(ARGV[2]), $failed, 'F'
--@include finish
return outcomes
