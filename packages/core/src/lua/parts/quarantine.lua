-- Moves a damaged record aside with its bytes. Keeps the newest 1,000. Needs `now`.
local function quarantine(id)
  if redis.call('EXISTS', $job .. id) == 0 then return end
  redis.call('RENAME', $job .. id, $quarantine .. id)
  redis.call('ZADD', $damaged, now, id)
  if redis.call('ZCARD', $damaged) > 1000 then
    redis.call('UNLINK', $quarantine .. redis.call('ZPOPMIN', $damaged)[1])
  end
end
