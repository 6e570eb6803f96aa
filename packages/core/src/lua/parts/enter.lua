-- Whether a tied job may run now: takes its places when it may, and parks it when not. Made when the first tied job is met,
-- because most claims meet none. Needs now, wake, place, quarantine, push, and stale.
local enterTied
-- What was met in this batch: an id that stands twice in it was read twice before it was taken or parked.
local met = {}
-- What ties the job that was met last.
local tiesMet = {}
local function enter(id, record, owner, gate)
  if enterTied then return enterTied(id, record, owner, gate) end
  --@include put
  --@include ties
  --@include limits
  --@include rates
  --@include untie
  local function park(id, mark, reason, at)
    redis.call('SETRANGE', $job .. id, '0', 'B')
    redis.pcall('ZADD', $parked .. queueOf(mark), now(), id)
    if not reason then return end
    -- One that was let go and is blocked again stands before those that came later.
    local first = redis.pcall('LINDEX', $blocked .. reason, 0)
    push(type(first) == 'string' and id < first and 'LPUSH' or 'RPUSH', $blocked .. reason, id)
    if type(redis.pcall('ZADD', $timers, 'NX', at, reason)) ~= 'number' then
      setAside($timers, 'timers')
      redis.call('ZADD', $timers, at, reason)
    end
  end
  -- What blocks it, and when to look again (ms); nil when nothing does.
  local function blockerOf(ties, limits, rates, member)
    for i = 1, #limits do
      local holders = $holders .. limits[i][1]
      local held = redis.pcall('SCARD', holders)
      if type(held) ~= 'number' then
        setAside(holders, string.sub(holders, #P + 1))
      elseif held >= limits[i][2] and redis.call('SISMEMBER', holders, member) == 0 then
        return 'limit:' .. limits[i][1], now() + 5000, i
      end
    end
    for i = 1, #rates do
      local at, free = room(rates[i])
      if free == 0 then return 'rate:' .. rates[i][1], at, #limits + 1 end
    end
  end
  enterTied = function(id, record, owner, gate)
    local ties, mark = tiesIn(record, 33), string.sub(record, 1, 32)
    if met[id] then
      countStale(queueOf(mark) .. ':' .. slotOf(mark), -1)
      return false
    end
    met[id], tiesMet = true, ties
    local name = gate and gate.names and string.match(record, '^[^ \n]+', 33)
    if name and redis.pcall('HEXISTS', $paused, 'name:' .. name) == 1 then
      park(id, mark, 'name:' .. name, now() + 3600000)
      return false
    end
    if ties.deadline then
      local at = redis.pcall('ZSCORE', $deadlines, id)
      -- Whoever looks after deadlines ends it, soon; it must only not start.
      if type(at) == 'string' and tonumber(at) <= now() then
        park(id, mark)
        redis.call('ZADD', $deadlines, now(), id)
        redis.pcall('ZADD', $timers, now(), 'deadline')
        return false
      end
    end
    local limits, rates = tiesTo(ties.limits, 1), tiesTo(ties.rates, 2)
    local reason, at, passed = blockerOf(ties, limits, rates, owner .. id)
    if reason then
      park(id, mark, reason, at)
      -- What it was let through for, and does not use, is for the next in line.
      for i = 1, passed - 1 do
        if unpark('limit:' .. limits[i][1], 1) > 0 then reply[7] = 1 end
      end
      return false
    end
    if gate and gate.limit then redis.call('SADD', $holders .. gate.limit, owner .. id) end
    for i = 1, #limits do redis.call('SADD', $holders .. limits[i][1], owner .. id) end
    for i = 1, #rates do spend(rates[i]) end
    local locks = tiesTo(ties.locks, 0)
    for i = 1, #locks do
      if locks[i][2] == 'started' then unlock(locks[i][1], id) end
    end
    return true
  end
  return enterTied(id, record, owner, gate)
end
