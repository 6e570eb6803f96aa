-- Sets limits of a queue: how many of its jobs run at one time, how fast they start, how many may wait; or takes them away.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 queue, 4 settings (a JSON object; empty: none)
-- Returns: "OK" or "SAME"
local P = KEYS[1]
--@include now
--@include wake
--@include audit
local who, reason, queue, settings = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local before = redis.call('HGET', $settings, queue) or ''
if before == settings then return 'SAME' end
if settings == '' then
  redis.call('HDEL', $settings, queue)
  redis.call('DEL', $holders .. 'queue:' .. queue, $rate .. 'queue:' .. queue)
  redis.pcall('HDEL', $quotas, 'places:' .. queue, 'tokens:' .. queue, 'spare:' .. queue)
else
  redis.call('HSET', $settings, queue, settings)
end
audit(who, 'configure', queue, reason)
wake(queue)
return 'OK'
