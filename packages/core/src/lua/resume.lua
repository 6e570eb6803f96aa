-- Lets what was paused be claimed again.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 queue, "name:<job name>", or "*"
-- Returns: "OK" or "ALREADY"
local P = KEYS[1]
--@include now
--@include wake
--@include audit
--@include timer
local who, reason, target = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HDEL', $paused, target) == 0 then return 'ALREADY' end
audit(who, 'resume', target, reason)
if string.find(target, '^name:') then
  if redis.call('HINCRBY', $paused, ':names', -1) < 1 then redis.call('HDEL', $paused, ':names') end
  setTimer(target, now(), 'LT')
elseif target == '*' then
  local queues = redis.pcall('HKEYS', $queues)
  -- The others follow by their own polls.
  for i = 1, queues.err and 0 or math.min(#queues, 200) do
    if string.sub(queues[i], 1, 1) ~= '#' then wake(queues[i]) end
  end
else
  wake(target)
end
return 'OK'
