-- Stores new members of a draft batch, which wait for it to be launched; once per call number of a producer's lane.
-- Transition: (none) -> awaiting
-- KEYS: 1 prefix
-- ARGV: 1 client, 2 lane, 3 call number, 4 "1" if the lane should be remembered for another hour, 5 number of large payloads,
--       then per large payload: id, payload; then per group: queue, code, batch (the same in all), number of jobs, then per
--       job: id, record
-- Returns: "OK", "ALREADY", "STALE", "CODES", "GONE" (it is no draft, nothing is stored), {"FULL", queue} (nothing is stored), or
--          {"EXISTS", id…} when some ids exist (the others are stored)
local P = KEYS[1]
--@include now
--@include tell
local batch = ARGV[8 + 2 * tonumber(ARGV[5])]
local key = $batch .. batch
local state, root = unpack(redis.call('HMGET', key, 'state', 'root'))
if root then state = redis.call('HGET', $batch .. root, 'state') == 'draft' and state end
if state ~= 'draft' then return 'GONE' end
redis.call('LLEN', $members .. batch)
redis.call('ZCARD', $timers)
--@include lane
local group, existing, total = firstGroup, { 'EXISTS' }, 0
while group < #ARGV do
  local jobs = tonumber(ARGV[group + 3])
  for from = group + 4, group + 3 + 2 * jobs, 500 do
    local ids = store(from, math.min(from + 499, group + 3 + 2 * jobs), existing)
    if #ids > 0 then redis.call('RPUSH', $members .. batch, unpack(ids)) end
    total = total + #ids
    tell('gather', 'A', ids)
  end
  group = group + 4 + 2 * jobs
end
redis.call('HINCRBY', key, 'total', total)
redis.call('HINCRBY', key, 'pending', total)
redis.call('ZADD', $timers, 'XX', now() + 900000, 'draft:' .. (root or batch))
return #existing > 1 and existing or 'OK'
