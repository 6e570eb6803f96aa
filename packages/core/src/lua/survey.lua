-- Takes the turn to look at the alerts, when it has come, and what nobody has told yet. Called in the first shard.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 how often somebody looks (ms), 2 for how long who tells has what it tells (ms; 0: it tells nobody), 3 how old it may be
--       (ms) to be told
-- Returns: {turn (0: it has not come, or there is no alert), events to tell …}
local P = KEYS[1]
--@include now
local every, held, late = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local alerts, waiting = redis.call('ZCARD', $alerts), redis.call('ZCARD', $undelivered)
if alerts + waiting == 0 then return { 0 } end
local last, turn = unpack(redis.call('HMGET', $lookout, 'at', 'turn'))
last = tonumber(last) or 0
local reply = { 0 }
local events = redis.call('ZRANGEBYSCORE', $undelivered, '-inf', now(), 'LIMIT', 0, 50)
redis.call('DEL', $none)
-- A clock that was set back keeps nobody from looking.
if alerts > 0 and (now() - last >= every or last > now()) then
  reply[1] = (tonumber(turn) or 0) + 1
  redis.call('HSET', $lookout, 'turn', reply[1], 'at', now())
end
for _, event in ipairs(events) do
  local at = redis.pcall('HGET', $alarm .. event, 'at')
  if type(at) ~= 'string' or now() - at > late then redis.call('ZREM', $undelivered, event)
  elseif held > 0 then
    redis.call('ZADD', $undelivered, now() + held, event)
    reply[#reply + 1] = event
  end
end
return reply
