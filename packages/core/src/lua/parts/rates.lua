-- Rates of tied jobs: {key, most, per (ms), burst} is a bucket of `burst` tokens that gets `most` in `per`, stored as the
-- instant when it is full again (GCRA, ITU-T I.371); {key, most, per, "w"} is a window that slides: the last `most` starts.
local function isWindow(rate)
  return type(rate[4]) ~= 'number'
end
-- When the next job may start by this rate, ms since 1970; and how many may start now.
local function room(rate)
  local key, most, per = $rate .. rate[1], rate[2], rate[3]
  if isWindow(rate) then
    local starts, free = redis.pcall('LRANGE', key, 0, 99), 0
    if starts.err then return now(), 1 end
    for i = 1, #starts do
      if tonumber(starts[i]) + per > now() then break end
      free = free + 1
    end
    free = free + math.max(0, most - redis.call('LLEN', key))
    return free > 0 and now() or tonumber(starts[1]) + per, free
  end
  local each, full = per / most, redis.pcall('GET', key)
  full = math.max(type(full) == 'string' and tonumber(full) or 0, now())
  local earliest = full - (rate[4] - 1) * each
  return math.max(now(), math.ceil(earliest)), math.max(0, math.floor((now() - earliest) / each) + 1)
end
local function spend(rate)
  local key, most, per = $rate .. rate[1], rate[2], rate[3]
  if isWindow(rate) then
    if type(redis.pcall('RPUSH', key, string.format('%.0f', now()))) ~= 'number' then return end
    redis.call('LTRIM', key, -most, -1)
    redis.call('PEXPIRE', key, per)
  else
    local full = redis.pcall('GET', key)
    full = math.max(type(full) == 'string' and tonumber(full) or 0, now()) + per / most
    redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil(full - now()) + 1)
  end
end
