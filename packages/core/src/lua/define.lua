-- Stores a recurring job, or changes it. A schedule that stays as it was keeps its next tick: a tick that is due is not lost
-- because a service starts anew and defines the same again.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 id, 4 schedule (JSON), 5 job (JSON), 6 policy (JSON), 7 next tick (ms; "inf":
--       none comes any more), 8 most recurring jobs of this shard, 9 version it must have (empty: any, also none)
-- Returns: {"CREATED" or "CHANGED" or "SAME", version}, {"FULL"}, or {"STALE"} when it has another version
local P = KEYS[1]
--@include now
--@include audit
--@include timer
--@include ticking
local who, reason, id, schedule, job, policy, nextTick, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local wanted = ARGV[9]
local key = $recurring .. id
local before = redis.call('HMGET', key, 'schedule', 'job', 'policy', 'version', 'paused', 'error')
local exists = before[4] and true or false
redis.call('ZCARD', $timers)
if wanted ~= '' and wanted ~= before[4] then return { 'STALE' } end
if not exists and redis.call('ZCARD', $ticks) >= tonumber(most) then return { 'FULL' } end
if exists and before[1] == schedule and before[2] == job and before[3] == policy and not before[6] then
  return { 'SAME', tonumber(before[4]) }
end
local version = tonumber(before[4] or 0) + 1
redis.call('HSET', key, 'schedule', schedule, 'job', job, 'policy', policy, 'version', version, 'changedAt', now())
if not exists then redis.call('HSET', key, 'createdAt', now()) end
redis.call('HDEL', key, 'error')
local ticksOn = not before[5]
if not exists or before[6] or before[1] ~= schedule then setTick(id, ticksOn and nextTick or 'inf') end
audit(who, exists and 'change' or 'define', id, reason)
return { exists and 'CHANGED' or 'CREATED', version }
