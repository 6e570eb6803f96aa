-- Adds jobs to a selection, which an operation may be about. It is forgotten some time after the last call, or when many newer
-- ones have come.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 selection, 2 how long it is kept (ms), 3 most jobs that it has, 4 most selections that are kept, 5… jobs, at most 1,000
-- Returns: how many it has now, or "FULL": nothing was added
local P = KEYS[1]
--@include now
local id, keepMs, most, mostKept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- An entry of its own, before all jobs: a selection without any is there, too.
local key, entries = $selection .. id, { -1, '-' }
for i = 5, math.min(#ARGV, 1004) do
  entries[#entries + 1] = 0
  entries[#entries + 1] = ARGV[i]
end
redis.call('ZCARD', $selections)
if redis.call('ZCARD', key) > most then return 'FULL' end
redis.call('ZADD', key, unpack(entries))
redis.call('PEXPIRE', key, keepMs)
redis.call('ZADD', $selections, now(), id)
local old = redis.call('ZRANGE', $selections, 0, -1 - mostKept)
for i = 1, math.min(#old, 100) do
  redis.call('ZREM', $selections, old[i])
  redis.call('UNLINK', $selection .. old[i])
end
return redis.call('ZCARD', key) - 1
