-- Lets a paused queue be claimed again.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 queue
-- Returns: "OK" or "ALREADY"
local P = KEYS[1]
--@include now
--@include wake
--@include audit
local who, reason, queue = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HDEL', $paused, queue) == 0 then return 'ALREADY' end
audit(who, 'resume', queue, reason)
wake(queue)
return 'OK'
