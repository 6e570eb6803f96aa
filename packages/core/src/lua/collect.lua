-- Adds jobs to a selection, which an operation may be about. It is forgotten some time after the last call.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 selection, 2 how long it is kept (ms), 3 most jobs that it has, 4… jobs, at most 1,000
-- Returns: how many it has now, or "FULL": nothing was added
local P = KEYS[1]
local key, keepMs, most = $selection .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- An entry of its own, before all jobs: a selection without any is there, too.
local entries = { -1, '-' }
for i = 4, math.min(#ARGV, 1003) do
  entries[#entries + 1] = 0
  entries[#entries + 1] = ARGV[i]
end
if redis.call('ZCARD', key) > most then return 'FULL' end
redis.call('ZADD', key, unpack(entries))
redis.call('PEXPIRE', key, keepMs)
return redis.call('ZCARD', key) - 1
