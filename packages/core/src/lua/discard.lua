-- Removes a draft whose creator gave up or died, with its members, a bounded number a call; or a batch that has ended and whose
-- time is up, without them.
-- Transition: awaiting, cancelled -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 batch, 2 most members in this call, 3 "1" if its creator gives it up: it need not be due
-- Returns: "MORE", "DONE", "KEPT" (its time is not up), or "GONE" (there is no such batch, or no more)
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include state
--@include stale
--@include loosen
--@include detach
--@include ended
--@include trim
--@include push
--@include timer
--@include batch
local id, most, isGivenUp, gone = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1', {}
local key, list = $batch .. id, $members .. id
local state, ended = unpack(redis.call('HMGET', key, 'state', 'ended'))
local due = redis.call('ZSCORE', $timers, (state == 'open' and 'forget:' or 'draft:') .. id)
redis.call('LLEN', list)
redis.call('ZCARD', $cancelled)
redis.call('DEL', $none)
--@include discard
-- A draft whose hash was lost still has a timer, and members that nobody else finds.
if not state and due and redis.call('EXISTS', list) == 1 then state = 'discarded' end
if not state then return remove('GONE') end
if state ~= 'discarded' and not (state == 'draft' and isGivenUp) and not (due and tonumber(due) <= now()) then return 'KEPT' end
if state == 'open' then
  if ended == '' then
    redis.call('ZREM', $timers, 'forget:' .. id)
    return 'KEPT'
  end
  tellChildren(id, 'X')
  return remove('DONE')
end
redis.call('HSET', key, 'state', 'discarded')
setTimer('draft:' .. id, now() + 10000)
local ids = redis.call('RPOP', list, most) or {}
for i = 1, #ids do drop(ids[i]) end
if #ids < most then
  ids = redis.pcall('LRANGE', $children .. id, 0, most - 1)
  for i = 1, ids.err and 0 or #ids do drop(ids[i]) end
end
tell('discard', '-', gone)
unlinkRecords(gone)
return redis.call('EXISTS', list) == 1 and 'MORE' or remove('DONE')
