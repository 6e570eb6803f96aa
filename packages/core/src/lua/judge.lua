-- Says what a look at the alerts has found: one that was over its limit for long enough fires, one that is not in two looks is
-- resolved. Called in the first shard, once in each turn.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 turn, 2 for how long who tells has what it tells (ms; 0: it tells nobody), 3 how far apart two looks may be (ms) that
--       follow each other, then for each alert: id, version, "over" or "under", value, what it is about
-- Returns: {events to tell …}, or "STALE": it is another's turn, or was used
local P = KEYS[1]
--@include now
--@include alarm
local turn, held, apart = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', $lookout, 'turn', 'judged')
checkAlarms()
if known[1] ~= turn or known[2] == turn then return 'STALE' end
redis.call('DEL', $none)
redis.call('HSET', $lookout, 'judged', turn)
local reply = {}
-- `isHeard`: somebody is to be told.
local function tell(what, alert, fields, isHeard)
  local event = alarm(what, alert, fields, isHeard and (held > 0 and now() + held or 0) or nil)
  if isHeard and held > 0 then reply[#reply + 1] = event end
end
local function weigh(id, was, isOver, value, about)
  local key, isFiring, turned, looked = $alert .. id, was[3] == 'firing', tonumber(was[5]), tonumber(was[6])
  local isSilent, wasTold = (tonumber(was[7]) or 0) > now(), was[8] == '1'
  -- What nobody saw in between did not go on: a dashboard that starts again after an hour begins anew.
  local follows = turned and looked and looked <= now() and now() - looked <= apart
  local fields = { 'rule', was[9] or '', 'since', was[4] or turned or now(), 'value', value, 'about', about }
  redis.call('HSET', key, 'looked', now(), 'value', value, 'about', about)
  if isOver == isFiring then
    redis.call('HDEL', key, 'turned')
    -- It went on longer than it was silent.
    if isFiring and not wasTold and not isSilent then
      redis.call('HSET', key, 'told', '1')
      tell('fired', id, fields, true)
    end
  elseif not follows then redis.call('HSET', key, 'turned', now())
  elseif isFiring then
    redis.call('HDEL', key, 'turned', 'state', 'since', 'told')
    -- Whoever was told that it fires hears of its end, silent or not.
    tell('resolved', id, fields, wasTold)
  elseif now() - turned >= (tonumber(was[2]) or 0) then
    redis.call('HDEL', key, 'turned')
    redis.call('HSET', key, 'state', 'firing', 'since', turned, 'told', isSilent and '0' or '1')
    tell('fired', id, fields, not isSilent)
  end
end
for i = 4, math.min(#ARGV, 503), 5 do
  local id = ARGV[i]
  local was = redis.pcall('HMGET', $alert .. id, 'version', 'hold', 'state', 'since', 'turned', 'looked', 'silenced', 'told', 'rule')
  if not was.err and was[1] == ARGV[i + 1] then weigh(id, was, ARGV[i + 2] == 'over', ARGV[i + 3], ARGV[i + 4]) end
end
return reply
