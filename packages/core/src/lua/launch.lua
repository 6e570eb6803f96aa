-- Makes a draft batch real by its first call, and lets its members go, a bounded number a call.
-- Transition: awaiting -> enqueued, scheduled
-- KEYS: 1 prefix
-- ARGV: 1 batch, 2 most members in this call
-- Returns: "MORE", "DONE", or "GONE" (there is no such batch, or no more)
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include follow
--@include batch
--@include open
local id, most, lists, queues = ARGV[1], tonumber(ARGV[2]), {}, {}
local key, moved = $batch .. id, {}
local state, root = unpack(redis.call('HMGET', key, 'state', 'root'))
redis.call('LLEN', $members .. id)
redis.call('ZCARD', $scheduled)
redis.call('ZCARD', $awaiting)
redis.call('DEL', $none)
if state ~= 'open' and (state ~= 'draft' or root) then
  redis.pcall('ZREM', $timers, 'launch:' .. id)
  return 'GONE'
end
if state == 'draft' then
  openBatch(id)
  boundBatches()
end
local cursor, mixed = unpack(redis.call('HMGET', key, 'cursor', 'mixed'))
if not cursor then return 'DONE' end
local ids = redis.call('LRANGE', $members .. id, cursor, cursor + most - 1)
--@include release
for i = 1, #ids do
  local record = $job .. ids[i]
  local mark = redis.pcall('GETRANGE', record, '0', '31')
  if release(ids[i], record, mark) then
    moved[#moved + 1] = ids[i]
  elseif mark == '' then
    if redis.pcall('HGET', $batch .. ids[i], 'state') == 'draft' then openBatch(ids[i]) end
  elseif not isMark(mark) then
    quarantine(ids[i])
  elseif string.byte(mark) == 65 then
    if mixed and redis.call('EXISTS', $waits .. ids[i]) == 1 then
      if type(redis.pcall('HDEL', $waits .. ids[i], '*')) ~= 'number' then setAside($waits .. ids[i], 'waits:' .. ids[i]) end
      if redis.call('HLEN', $waits .. ids[i]) == redis.call('HEXISTS', $waits .. ids[i], '+') then letGo(ids[i])
      else redis.call('ZADD', $awaiting, now(), ids[i]) end
    else
      known[mark] = listFor(mark)
      release(ids[i], record, mark)
      moved[#moved + 1] = ids[i]
    end
  end
end
--@include launched
return #ids < most and 'DONE' or 'MORE'
