-- A person's change of an alert: stores it, changes, silences or removes it; or tries out what tells of alerts. Called in the
-- first shard. One that fires and is removed or switched off is resolved.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 alert, 4 "define", "change", "silence", "unsilence", "remove" or "test", 5 its rule
--       (JSON; define, change, test), 6 "on", or empty: nobody looks (define, change), 7 how long it must hold (ms; define,
--       change), 8 version it must have (change), 9 for how long it is silent, or who tries out has the event (ms; silence, test)
-- Returns: {"OK", event}, "SAME", "GONE", "FULL": there are 100, or "STALE": it has another version, or is there already
local P = KEYS[1]
--@include now
--@include audit
--@include alarm
local who, reason, id, verb, rule, on, hold, version, ms = unpack(ARGV, 1, 9)
local key, isNew = $alert .. id, verb == 'define'
local was = redis.call('HMGET', key, 'version', 'rule', 'state', 'since', 'told', 'silenced')
local count = redis.call('ZCARD', $alerts)
checkAlarms()
local exists, sameRule = was[1] and true or false, was[2] == rule
if isNew and exists then return sameRule and 'SAME' or 'STALE' end
if isNew and count >= 100 then return 'FULL' end
if not exists and not isNew and verb ~= 'test' then
  if verb == 'remove' then redis.call('ZREM', $alerts, id) end
  return 'GONE'
end
if verb == 'change' and sameRule then return 'SAME' end
if verb == 'change' and was[1] ~= version then return 'STALE' end
if verb == 'unsilence' and not was[6] then return 'SAME' end
local heldUntil = (verb == 'silence' or verb == 'test') and string.format('%.0f', now() + tonumber(ms))
if verb == 'silence' and was[6] == heldUntil then return 'SAME' end
redis.call('DEL', $none)
if was[3] == 'firing' and (verb == 'remove' or verb == 'change' and on == '') then
  alarm('resolved', id, { 'rule', was[2], 'since', was[4], 'by', who }, was[5] == '1' and 0 or nil)
  redis.call('HDEL', key, 'state', 'since', 'told', 'value', 'about')
end
if isNew or verb == 'change' then
  redis.call('HSET', key, 'rule', rule, 'on', on, 'hold', hold, 'version', (was[1] or 0) + 1, 'by', who, 'changedAt', now())
  redis.call('HDEL', key, 'turned', 'looked')
  redis.call('ZADD', $alerts, 'NX', now(), id)
elseif verb == 'silence' then redis.call('HSET', key, 'silenced', heldUntil)
elseif verb == 'unsilence' then redis.call('HDEL', key, 'silenced')
elseif verb == 'remove' then
  redis.call('DEL', key)
  redis.call('ZREM', $alerts, id)
end
audit(who, verb .. ' alert', id, reason)
local about = { 'rule', (isNew or verb == 'change' or verb == 'test') and rule or was[2], 'by', who, 'reason', reason }
return { 'OK', alarm(verb, id, about, verb == 'test' and heldUntil or nil) }
