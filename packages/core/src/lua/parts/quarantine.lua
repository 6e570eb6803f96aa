-- Sets a damaged key aside with its bytes. Keeps the newest 1,000, with what belongs to them. Needs `now`; gives tell.
--@include tell
local function setAside(key, name)
  redis.call('RENAME', key, $quarantine .. name)
  if type(redis.pcall('ZADD', $damaged, now(), name)) == 'number' and redis.call('ZCARD', $damaged) > 1000 then
    local oldest = redis.call('ZPOPMIN', $damaged)[1]
    redis.call('UNLINK', $quarantine .. oldest, $payload .. oldest, $progress .. oldest, $log .. oldest, $inputs .. oldest)
    redis.pcall('SREM', $extras, oldest)
  end
end
-- Sets a damaged record aside.
local function quarantine(id)
  if redis.call('EXISTS', $job .. id) == 0 then return end
  setAside($job .. id, id)
  -- Its children wait for what will not come.
  if redis.pcall('SISMEMBER', $parents, id) == 1 then
    redis.pcall('RPUSH', $todo, 'X' .. id .. ' -1')
    redis.pcall('ZADD', $timers, 'LT', now(), 'todo')
  end
  tell('quarantine', 'X', { id })
end
