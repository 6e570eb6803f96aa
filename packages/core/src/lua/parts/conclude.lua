-- Ends an operation: what it did stays to be read. Needs now, audit.
local function conclude(id, state, who, reason)
  local key = $operation .. id
  redis.call('HSET', key, 'state', state, 'endedAt', now())
  redis.call('UNLINK', $plan .. id, $selection .. id)
  redis.pcall('ZREM', $timers, 'operation:' .. id)
  local verb, dry, looked, matched, changed, failed = unpack(redis.call('HMGET', key, 'verb', 'dry', 'looked', 'matched', 'changed', 'failed'))
  if dry == '1' then return end
  audit(who, 'bulk ' .. verb .. ': ' .. state, id, string.sub(reason, 1, -2) .. ',"looked":' .. looked
    .. ',"matched":' .. matched .. ',"changed":' .. changed .. ',"failed":' .. failed .. '}')
end
