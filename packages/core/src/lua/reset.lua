-- Forgets the starts that a rate has counted: as many jobs may start at once as after a pause.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 key of the rate
-- Returns: "OK", or "NONE": nothing is counted
local P = KEYS[1]
--@include now
--@include audit
--@include timer
local who, reason, key = ARGV[1], ARGV[2], ARGV[3]
if redis.call('DEL', $rate .. key) == 0 then return 'NONE' end
audit(who, 'reset', key, reason)
-- Whoever is told of the time lets those go that wait.
if redis.call('EXISTS', $blocked .. 'rate:' .. key) == 1 then setTimer('rate:' .. key, now(), 'LT') end
return 'OK'
