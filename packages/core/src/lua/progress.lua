-- Writes a running job's progress and log lines. Fenced like an outcome.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 id, 4 progress (JSON; empty: none), 5… log lines (JSON)
-- Returns: "OK" or "LOST"
local P = KEYS[1]
local worker, no, id, progress, DAY_MS = ARGV[1], ARGV[2], ARGV[3], ARGV[4], 86400000
if redis.call('SISMEMBER', $processing .. worker .. ':' .. no, id) == 0 then return 'LOST' end
redis.call('LLEN', $log .. id)
redis.call('SCARD', $extras)
redis.call('DEL', $none)
redis.call('SADD', $extras, id)
if progress ~= '' then redis.call('SET', $progress .. id, progress, 'PX', DAY_MS) end
if #ARGV > 4 then
  redis.call('RPUSH', $log .. id, unpack(ARGV, 5, math.min(#ARGV, 204)))
  redis.call('LTRIM', $log .. id, -1000, -1)
  redis.call('PEXPIRE', $log .. id, DAY_MS)
end
return 'OK'
