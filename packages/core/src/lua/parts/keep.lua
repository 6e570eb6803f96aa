-- A job that has ended in a state (D, F, C) may say itself how long it is kept: {succeeded, failed or cancelled}, ms, -1 as all. The
-- longest ones are kept as all when there are 100,000. Needs now.
local function keepUntil(times, id, state)
  local ms = type(times) == 'table' and times[state == 'D' and 1 or 2]
  if type(ms) ~= 'number' or ms < 0 then return redis.pcall('ZREM', $kept, id) end
  if type(redis.pcall('ZADD', $kept, now() + ms, id)) == 'number' then redis.call('ZREMRANGEBYRANK', $kept, 100000, -1) end
end
