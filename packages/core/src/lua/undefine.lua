-- Removes a recurring job and its history. Jobs that it has enqueued stay.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 id
-- Returns: "OK" or "GONE"
local P = KEYS[1]
--@include now
--@include audit
--@include timer
--@include ticking
local who, reason, id = ARGV[1], ARGV[2], ARGV[3]
redis.call('ZCARD', $ticks)
local removed = redis.call('UNLINK', $recurring .. id, $history .. id)
redis.call('ZREM', $ticks, id)
setTicksTimer()
if removed == 0 then return 'GONE' end
audit(who, 'remove', id, reason)
return 'OK'
