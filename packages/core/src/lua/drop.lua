-- Ends jobs that their handlers want cancelled, or that are cancelled instead of failed when their attempts are used up.
-- Transition: processing -> cancelled
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 how many cancelled jobs to keep, then per job: claim number, id, tail line
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
local worker, keep, SET, LETTER = ARGV[1], tonumber(ARGV[2]), $cancelled, 'C'
--@include finish
return outcomes
