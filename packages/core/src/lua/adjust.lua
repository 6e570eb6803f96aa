-- Pauses or resumes a recurring job, skips its next tick, or switches it off because its definition is wrong.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 id, 4 version it must have (empty: any), 5 "pause", "resume", "skip" or
--       "disable", 6 next tick (ms; "inf": none), 7 the error (JSON; disable only)
-- Returns: "OK", "ALREADY", "GONE" or "STALE"
local P = KEYS[1]
--@include now
--@include audit
--@include timer
--@include ticking
local who, reason, id, version, verb, nextTick, problem = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local key = $recurring .. id
local current, paused = unpack(redis.call('HMGET', key, 'version', 'paused'))
redis.call('ZCARD', $ticks)
redis.call('ZCARD', $timers)
if not current then return 'GONE' end
if version ~= '' and version ~= current then return 'STALE' end
local tick = redis.call('ZSCORE', $ticks, id)
if verb == 'skip' and (not tick or tick == 'inf') then return 'ALREADY' end
if verb == 'pause' and paused or verb == 'resume' and not paused then return 'ALREADY' end
redis.call('DEL', $none)
local at = ',"at":' .. string.format('%.0f', now()) .. '}'
if verb == 'pause' then redis.call('HSET', key, 'paused', string.sub(reason, 1, -2) .. at)
elseif verb == 'resume' then redis.call('HDEL', key, 'paused')
elseif verb == 'disable' then redis.call('HSET', key, 'error', problem)
else note(id, '{"tick":' .. tick .. ',"skipped":"' .. verb .. '"' .. at) end
setTick(id, (verb == 'pause' or paused and verb ~= 'resume') and 'inf' or nextTick)
redis.call('HINCRBY', key, 'version', 1)
audit(who, verb, id, reason)
return 'OK'
