-- Looks after what blocks jobs: whose time has come, and what lost its holder without a word. Needs enter's parts.
-- Whether places are still kept for a job that waits for a slot: not when it went on in another way, not while its queue rests
-- or is paused, and not for more than a minute. Nobody serves its queue, perhaps, and others of its key can run.
local function keepsPlace(id, key)
  local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
  if not isMark(mark) or string.byte(mark) ~= 69 or not isReserved(mark) then return false end
  local queue = queueOf(mark)
  local pauses = redis.pcall('HMGET', $paused, '*', queue, 'until:' .. queue)
  local isPaused = not pauses.err and (pauses[1] or pauses[2] or tonumber(pauses[3] or 0) > now())
  if not isPaused and tonumber(string.sub(mark, 20, 31)) > now() / 1000 - 60 then return true end
  -- What it had of this limit is given to the next in line when all members have been looked at.
  local limits, this = tiesTo(tiesOf(id).limits, 1), 0
  for i = 1, #limits do
    if limits[i][1] == key then this = i end
  end
  yieldPlaces(id, limits, this)
  return false
end
-- Places of a limit whose holder runs no more: its worker is dead, or the job has gone on. At most 100 are looked at.
local function dropDeadHolders(key)
  local holders = $holders .. key
  local members = redis.pcall('SRANDMEMBER', holders, 100)
  for i = 1, members.err and 0 or #members do
    local worker, no, id = string.sub(members[i], 1, 12), string.sub(members[i], 13, 24), string.sub(members[i], 25)
    local lives = type(redis.pcall('ZSCORE', $leases, worker)) == 'string' or redis.pcall('SISMEMBER', $rescuing, worker) == 1
    if worker .. no == NOBODY then
      lives = keepsPlace(id, key)
    elseif lives and redis.pcall('SISMEMBER', $processing .. worker .. ':' .. no, id) ~= 1 then
      -- A person has ended it, and its handler may not have ended yet; whatever else became of it, it does not run.
      lives = redis.pcall('HEXISTS', $processing .. worker, '~' .. no .. id) == 1
    end
    if not lives then redis.call('SREM', holders, members[i]) end
  end
end
local function firstTie(list, kind, numbers, key)
  local ids = redis.pcall('LRANGE', list, 0, 19)
  for i = 1, ids.err and 0 or #ids do
    local entries = tiesTo(tiesOf(ids[i])[kind], numbers)
    for e = 1, #entries do
      if entries[e][1] == key then return entries[e] end
    end
  end
end
-- Lets go on what is blocked for a reason, as far as there is room; the timer is set anew while somebody is left.
local function reopen(reason)
  local kind, key = string.match(reason, '^(%a+):?(.*)$')
  local list, again = $blocked .. reason, now() + 5000
  redis.call('ZREM', $timers, reason)
  if kind == 'limit' then
    local tie = firstTie(list, 'limits', 1, key)
    dropDeadHolders(key)
    local held = redis.pcall('SCARD', $holders .. key)
    unpark(reason, tie and type(held) == 'number' and math.min(tie[2] - held, 100) or 1, key)
  elseif kind == 'rate' then
    local tie = firstTie(list, 'rates', 2, key)
    local at, free = now(), 100
    if tie then at, free = room(tie) end
    local moved = unpark(reason, math.min(free, 100))
    again = free > 0 and tie and now() + math.max(1, math.ceil(moved * tie[3] / tie[2])) or math.max(at, now() + 1)
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
