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
  --@include untie
  -- It is not taken. The next ones in line get the places that were kept for it.
  local function stay(id, record, limits, reason, at)
    local wasReserved = isReserved(record)
    redis.call('SETRANGE', $job .. id, '0', 'B')
    redis.pcall('ZADD', $parked .. queueOf(record), now(), id)
    if reason and string.sub(reason, 1, 6) == 'limit:' then lineUp(reason, id, at, wasReserved and 'LPUSH' or 'RPUSH')
    elseif reason then lineUp(reason, id, at) end
    if wasReserved and yieldPlaces(id, limits) > 0 then reply[7] = 1 end
    return false
  end
  enterTied = function(id, record, owner, gate)
    if met[id] then
      countStale(queueOf(record) .. ':' .. slotOf(record), -1)
      return false
    end
    local ties, reserved = tiesIn(record, 33), isReserved(record) and NOBODY .. id
    local limits, rates = ties.limits or NO_TIES, ties.rates or NO_TIES
    if not ties.isRead then limits, rates = tiesTo(limits, 1), tiesTo(rates, 2) end
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
    local reason, at = blockerOf(limits, rates, reserved)
    if reason then return stay(id, record, limits, reason, at) end
    if gate and gate.limit then redis.call('SADD', $holders .. gate.limit, owner .. id) end
    for i = 1, #limits do
      if reserved then redis.call('SREM', $holders .. limits[i][1], reserved) end
      redis.call('SADD', $holders .. limits[i][1], owner .. id)
    end
    for i = 1, #rates do spend(rates[i]) end
    local locks = ties.locks and tiesTo(ties.locks, 0) or NO_TIES
    for i = 1, #locks do
      if locks[i][2] == 'started' then unlock(locks[i][1], id) end
    end
    return true
  end
  return enterTied(id, record, owner, gate)
end
