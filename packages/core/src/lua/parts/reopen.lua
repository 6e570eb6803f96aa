-- Looks after what blocks jobs: whose time has come, and what lost its holder without a word. Needs enter's parts.
-- Places of a limit whose holder runs no more. At most 100 are looked at.
local function dropDeadHolders(key)
  local holders = $holders .. key
  local members = redis.pcall('SRANDMEMBER', holders, 100)
  for i = 1, members.err and 0 or #members do
    if not rightOf(members[i]) then redis.call('SREM', holders, members[i]) end
  end
end
-- The list in which a job waits for a slot, and its priority there.
local function placeOf(mark)
  return string.sub(mark, 2, 5) .. (isSuspect(mark) and 's' or '')
end
-- Whether nothing but a limit's key blocks a job.
local function isReadyBut(id, key)
  local ties, others = tiesOf(id), {}
  local limits = tiesTo(ties.limits, 1)
  for i = 1, #limits do
    if limits[i][1] ~= key then others[#others + 1] = limits[i] end
  end
  return not blockerOf(others, tiesTo(ties.rates, 2))
end
-- Brings the first of some that stand in the line of a limit to its front: one that waits in another place. Returns whether there is one.
local function bring(key, from, to, place)
  local line = $blocked .. 'limit:' .. key
  local ids = redis.pcall('LRANGE', line, from, to)
  for i = 1, ids.err and 0 or #ids do
    local mark = redis.pcall('GETRANGE', $job .. ids[i], '0', '31')
    if isMark(mark) and string.byte(mark) == 66 and placeOf(mark) ~= place and isReadyBut(ids[i], key) then
      redis.call('LREM', line, from < 0 and -1 or 1, ids[i])
      redis.call('LPUSH', line, ids[i])
      return true
    end
  end
end
-- A job for which a place was kept for 5 s, and that no slot has taken, stands at the front of the line again when somebody waits
-- there whose queue, or priority, may have a slot: that one goes. When nobody takes jobs of a queue any more, those that have come
-- to the line since are of others, so its end is looked at too.
local function passPlaces(key)
  local members = redis.pcall('SRANDMEMBER', $holders .. key, 20)
  for i = 1, members.err and 0 or #members do
    local id = string.sub(members[i], 25)
    local mark = string.sub(members[i], 1, 24) == NOBODY and redis.pcall('GETRANGE', $job .. id, '0', '31')
    if isMark(mark) and isReserved(mark) and (tonumber(string.sub(mark, 20, 31)) or 0) <= now() / 1000 - 5 then
      local place = placeOf(mark)
      if bring(key, 0, 19, place) or bring(key, -20, -1, place) then
        detach(id, 'E', mark)
        redis.call('SETRANGE', $job .. id, '0', 'B')
        redis.pcall('ZADD', $parked .. queueOf(mark), now(), id)
        push('LPUSH', $blocked .. 'limit:' .. key, id)
      end
    end
  end
end
-- A rate, as one of the first that wait for it has it.
local function rateOf(list, key)
  local ids = redis.pcall('LRANGE', list, 0, 19)
  for i = 1, ids.err and 0 or #ids do
    local rates = tiesTo(tiesOf(ids[i]).rates, 2)
    for r = 1, #rates do
      if rates[r][1] == key then return rates[r] end
    end
  end
end
-- How many were let go for a rate and still wait for a slot.
local function freedFor(key)
  local ids, waiting = redis.pcall('SMEMBERS', $freed .. key), 0
  for i = 1, ids.err and 0 or #ids do
    if redis.pcall('GETRANGE', $job .. ids[i], 0, 0) == 'E' then waiting = waiting + 1
    else redis.call('SREM', $freed .. key, ids[i]) end
  end
  return waiting
end
-- Lets go on what is blocked for a reason, as far as there is room; the timer is set anew while somebody is left.
local function reopen(reason)
  local kind, key = string.match(reason, '^(%a+):?(.*)$')
  local list, again = $blocked .. reason, nextLook()
  redis.call('ZREM', $timers, reason)
  if kind == 'limit' then
    dropDeadHolders(key)
    passPlaces(key)
    unpark(reason, 100, 1)
  elseif kind == 'rate' then
    local rate = rateOf(list, key)
    local at, free = now(), 100
    if rate then at, free = room(rate) end
    local isFree, left = free > 0, free - freedFor(key)
    local moved = unpark(reason, math.min(left, 100))
    again = math.max(at, now() + 1)
    if isFree and rate then again = now() + math.max(left > 0 and 1 or 250, math.ceil(moved * rate[3] / rate[2])) end
  elseif kind == 'queue' then
    -- What it held back stands in its lists.
    dropDeadHolders(reason)
    return wake(key)
  elseif kind == 'name' then
    if redis.pcall('HEXISTS', $paused, reason) == 1 then again = now() + 3600000
    elseif unpark(reason, 100) > 0 then again = now() end
  elseif kind ~= 'deadline' then
    unpark(reason, 100)
  end
  if redis.call('EXISTS', list) == 1 then redis.pcall('ZADD', $timers, 'LT', again, reason) end
end
