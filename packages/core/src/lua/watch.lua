-- Somebody waits for the end of these jobs: the end is published, and retention spares them for a while.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 for how long (ms), 2… ids
-- Returns: per job its state's letter (D: succeeded), "GONE" or "DAMAGED"
local P = KEYS[1]
--@include now
--@include place
--@include state
local forMs, outcomes = tonumber(ARGV[1]), {}
redis.call('DEL', $none)
redis.call('ZREMRANGEBYSCORE', $watched, '-inf', now())
for i = 2, #ARGV do
  local state = stateOf(ARGV[i])
  if state and state ~= 'X' and redis.call('ZCARD', $watched) < 100000 then
    redis.call('ZADD', $watched, now() + forMs, ARGV[i])
  end
  outcomes[#outcomes + 1] = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
end
return outcomes
