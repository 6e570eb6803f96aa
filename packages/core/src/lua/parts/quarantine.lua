-- Sets a damaged key aside with its bytes. Keeps the newest 1,000. Needs `now`.
local function setAside(key, name)
  redis.call('RENAME', key, $quarantine .. name)
  if type(redis.pcall('ZADD', $damaged, now(), name)) == 'number' and redis.call('ZCARD', $damaged) > 1000 then
    redis.call('UNLINK', $quarantine .. redis.call('ZPOPMIN', $damaged)[1])
  end
end
-- Sets a damaged record aside.
local function quarantine(id)
  if redis.call('EXISTS', $job .. id) == 1 then setAside($job .. id, id) end
end
