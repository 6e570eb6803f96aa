-- Begins a batch that nobody sees before it is launched. If its creator dies, it goes by itself, with its members.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 batch, 2 its name, 3 the draft that it is a member of (empty: none)
-- Returns: "OK", "ALREADY", or "GONE" (the draft around it is no draft any more)
local P = KEYS[1]
--@include now
--@include timer
local id, name, outer = ARGV[1], ARGV[2], ARGV[3]
local key = $batch .. id
if redis.call('EXISTS', key) == 1 then return 'ALREADY' end
redis.call('ZCARD', $timers)
local root
if outer ~= '' then
  local state, top = unpack(redis.call('HMGET', $batch .. outer, 'state', 'root'))
  if state ~= 'draft' then return 'GONE' end
  redis.call('LLEN', $members .. outer)
  root = top or outer
end
redis.call('HSET', key, 'state', 'draft', 'name', name, 'createdAt', now(), 'ended', '', 'total', 0, 'pending', 0,
  'succeeded', 0, 'failed', 0, 'cancelled', 0, 'inner', 0)
if root then
  redis.call('HSET', key, 'outer', outer, 'root', root)
  redis.call('RPUSH', $members .. outer, id)
  for _, counter in ipairs({ 'total', 'pending', 'inner' }) do redis.call('HINCRBY', $batch .. outer, counter, 1) end
end
setTimer('draft:' .. (root or id), now() + 900000)
return 'OK'
