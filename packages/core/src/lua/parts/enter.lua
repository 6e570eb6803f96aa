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
  local function park(id, record, reason, at, isLimit)
    local isLetGo = isReserved(record)
    redis.call('SETRANGE', $job .. id, '0', 'B')
    redis.pcall('ZADD', $parked .. queueOf(record), now(), id)
    if not reason then return end
    -- One that was let go and is blocked again stands before those that came later.
    local first = redis.pcall('LINDEX', $blocked .. reason, 0)
    local toFront = isLetGo or not isLimit and type(first) == 'string' and id < first
    push(toFront and 'LPUSH' or 'RPUSH', $blocked .. reason, id)
    if type(redis.pcall('ZADD', $timers, 'NX', at, reason)) ~= 'number' then
      setAside($timers, 'timers')
      redis.call('ZADD', $timers, at, reason)
    end
  end
  -- What blocks it, when to look again (ms), and which limit it is; nil when nothing does. A place that is kept for it is its own.
  local function blockerOf(limits, rates, reserved)
    for i = 1, #limits do
      local holders, most = $holders .. limits[i][1], limits[i][2]
      local held = redis.pcall('SCARD', holders)
      if type(held) ~= 'number' then
        setAside(holders, string.sub(holders, #P + 1))
      elseif held >= most and (held > most or not reserved or redis.call('SISMEMBER', holders, reserved) == 0) then
        return 'limit:' .. limits[i][1], now() + 5000, i
      end
    end
    for i = 1, #rates do
      local at, free = room(rates[i])
      if free == 0 then return 'rate:' .. rates[i][1], at end
    end
  end
  -- It is not taken. The next ones in line get the places that were kept for it.
  local function stay(id, record, limits, reason, at, limit)
    park(id, record, reason, at, limit)
    if isReserved(record) and yieldPlaces(id, limits, limit) > 0 then reply[7] = 1 end
    return false
  end
  enterTied = function(id, record, owner, gate)
    if met[id] then
      countStale(queueOf(record) .. ':' .. slotOf(record), -1)
      return false
    end
    local ties, reserved = tiesIn(record, 33), isReserved(record) and NOBODY .. id
    local limits, rates = tiesTo(ties.limits, 1), tiesTo(ties.rates, 2)
    met[id], tiesMet = true, ties
    local name = gate and gate.names and string.match(record, '^[^ \n]+', 33)
    if name and redis.pcall('HEXISTS', $paused, 'name:' .. name) == 1 then
      return stay(id, record, limits, 'name:' .. name, now() + 3600000)
    end
    if ties.deadline then
      local at = redis.pcall('ZSCORE', $deadlines, id)
      -- Whoever looks after deadlines ends it, soon; it must only not start.
      if type(at) == 'string' and tonumber(at) <= now() then
        redis.call('ZADD', $deadlines, now(), id)
        redis.pcall('ZADD', $timers, now(), 'deadline')
        return stay(id, record, limits)
      end
    end
    local reason, at, limit = blockerOf(limits, rates, reserved)
    if reason then return stay(id, record, limits, reason, at, limit) end
    if gate and gate.limit then redis.call('SADD', $holders .. gate.limit, owner .. id) end
    for i = 1, #limits do
      if reserved then redis.call('SREM', $holders .. limits[i][1], reserved) end
      redis.call('SADD', $holders .. limits[i][1], owner .. id)
    end
    for i = 1, #rates do spend(rates[i]) end
    local locks = tiesTo(ties.locks, 0)
    for i = 1, #locks do
      if locks[i][2] == 'started' then unlock(locks[i][1], id) end
    end
    return true
  end
  return enterTied(id, record, owner, gate)
end
