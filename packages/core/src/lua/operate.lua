-- Begins an operation: a change of all jobs that a filter names. Steps do the work.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who, why and which operation (a JSON object), 3 id, 4 verb, 5 filter (JSON), 6 what the verb needs (JSON),
--       7 jobs per second (0: as fast as it goes), 8 "1": only counts, 9 how soon somebody else goes on when nobody does (ms),
--       10 most operations that are remembered
-- Returns: "OK", "ALREADY", "FULL" (so many run), or "NO_SELECTION": the selection that it is about is not kept any more
local P = KEYS[1]
--@include now
--@include audit
--@include timer
local who, reason, id, verb, text, target = unpack(ARGV, 1, 6)
local rate, dry, leadMs, most = ARGV[7], ARGV[8], tonumber(ARGV[9]), tonumber(ARGV[10])
local filter, key = cjson.decode(text), $operation .. id
if redis.call('EXISTS', key) == 1 then return 'ALREADY' end
local selection = filter.selection and $selection .. filter.selection
if selection and redis.call('ZCARD', selection) == 0 then return 'NO_SELECTION' end
redis.call('ZCARD', $timers)
if redis.call('ZCARD', $operations) >= most then
  local oldest, removed = redis.call('ZRANGE', $operations, 0, most), 0
  for i = 1, #oldest do
    local other = $operation .. oldest[i]
    if removed < 10 and redis.pcall('HGET', other, 'state') ~= 'running' then
      redis.call('ZREM', $operations, oldest[i])
      redis.call('UNLINK', other, $plan .. oldest[i])
      removed = removed + 1
    end
  end
  if removed == 0 then return 'FULL' end
end
redis.call('HLEN', $queues)
redis.call('ZCARD', $leases)
redis.call('LLEN', $plan .. id)
redis.call('DEL', $none)
redis.call('HSET', key, 'state', 'running', 'verb', verb, 'filter', text, 'target', target, 'rate', rate, 'dry', dry, 'who', who,
  'reason', reason, 'createdAt', now(), 'step', 0, 'cursor', '', 'nextAt', 0, 'total', 0, 'looked', 0, 'matched', 0, 'changed', 0,
  'failed', 0)
redis.call('ZADD', $operations, now(), id)
--@include plan
--@include sources
addSources()
setTimer('operation:' .. id, now() + leadMs)
-- What only counts changes nothing.
if dry ~= '1' then
  local to = target == '{}' and '' or ',"to":' .. target
  audit(who, 'bulk ' .. verb, id, string.sub(reason, 1, -2) .. ',"filter":' .. text .. to .. '}')
end
return 'OK'
