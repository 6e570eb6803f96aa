-- Places of limits. A member of `holders:<key>` is a job that runs, <worker><claim><id>, or a job whose turn has come and that
-- waits for a slot, NOBODY<id>: nobody takes its place meanwhile. Its mark says so where the owner stands. A job has all its places
-- or none. Needs now, place, quarantine, ties, put, and wake.
--@include rates
local function reservation()
  return '-reserved---' .. string.format('%012.0f', now() / 1000)
end
-- When to look again at a limit, although whoever frees a place lets the next one go: every 5 s, and when there are more than a
-- thousand timers at most two hundred a second.
local lookAt
local function nextLook()
  if not lookAt then
    local timers = redis.pcall('ZCARD', $timers)
    lookAt = now() + math.max(5000, type(timers) == 'number' and timers * 5 or 0)
  end
  return lookAt
end
-- The end of a line is for those that come; one that was in a line before stands before what came after it.
local function lineUp(reason, id, at, command)
  if not command then
    local first = redis.pcall('LINDEX', $blocked .. reason, 0)
    command = type(first) == 'string' and id < first and 'LPUSH' or 'RPUSH'
  end
  push(command, $blocked .. reason, id)
  if type(redis.pcall('ZADD', $timers, 'NX', at, reason)) ~= 'number' then
    setAside($timers, 'timers')
    redis.call('ZADD', $timers, at, reason)
  end
end
-- What blocks a job, and when to look again (ms); nil when nothing does. `reserved`: the member of the places that are its own.
local function blockerOf(limits, rates, reserved)
  for i = 1, #limits do
    local holders, most = $holders .. limits[i][1], limits[i][2]
    local held = redis.pcall('SCARD', holders)
    if type(held) ~= 'number' then
      setAside(holders, string.sub(holders, #P + 1))
    elseif held >= most and (held > most or not reserved or redis.call('SISMEMBER', holders, reserved) == 0) then
      return 'limit:' .. limits[i][1], nextLook()
    end
  end
  for i = 1, #rates do
    local at, free = room(rates[i])
    if free == 0 then return 'rate:' .. rates[i][1], at end
  end
end
-- A job that was parked goes back to the front of its queue with its places, if nothing else blocks it now.
local function letGo(id, record)
  local ties = tiesIn(record, 33)
  local limits, rates = tiesTo(ties.limits, 1), tiesTo(ties.rates, 2)
  local blocker, at = blockerOf(limits, rates)
  if blocker then return blocker, at end
  for i = 1, #limits do redis.call('SADD', $holders .. limits[i][1], NOBODY .. id) end
  -- It takes its start when a slot takes it; until then nobody else shall be let go for that.
  for i = 1, #rates do
    redis.pcall('SADD', $freed .. rates[i][1], id)
    redis.pcall('PEXPIRE', $freed .. rates[i][1], 3600000)
  end
  redis.call('SETRANGE', $job .. id, '0', 'E' .. string.sub(record, 2, 7) .. (#limits > 0 and reservation() or string.sub(record, 8, 31)))
  redis.pcall('ZREM', $parked .. queueOf(record), id)
end
-- Lets up to `count` jobs go that were parked for a reason, in their order. What another reason blocks by now goes on to that
-- line; what this one still blocks, because its own limit is smaller, stays where it is: up to `patience` of them (20) are passed
-- over. Returns how many went.
local function unpark(reason, count, patience)
  local line, looked = $blocked .. reason, 0
  local id = count > 0 and redis.pcall('LPOP', line)
  -- Mostly nobody waits.
  if type(id) ~= 'string' then return 0 end
  local gone, marks, stay = {}, {}, {}
  while type(id) == 'string' do
    looked = looked + 1
    local record = redis.pcall('GETRANGE', $job .. id, '0', '8191')
    if type(record) ~= 'string' or not isMark(string.sub(record, 1, 32)) then
      quarantine(id)
    elseif string.byte(record) == 66 then
      local blocker, at = letGo(id, record)
      if not blocker then gone[#gone + 1], marks[#marks + 1] = id, string.sub(record, 1, 32)
      elseif blocker == reason then stay[#stay + 1] = id
      else lineUp(blocker, id, at) end
    end
    local isOver = looked == 200 or #gone == count or #stay == (patience or 20)
    id = not isOver and redis.pcall('LPOP', line)
  end
  for i = #stay, 1, -1 do push('LPUSH', line, stay[i]) end
  for i = #gone, 1, -1 do
    enlist('LPUSH', gone[i], marks[i])
    wake(queueOf(marks[i]))
  end
  -- What does not count, or waits for something else, stood before the rest: that is looked at at once.
  if looked == 200 and #gone < count then redis.pcall('ZADD', $timers, now(), reason) end
  return #gone
end
-- A job gives back the places that were kept for it: the next ones in line get them. Returns how many of those went.
local function yieldPlaces(id, limits)
  local free, went = {}, 0
  redis.call('SETRANGE', $job .. id, '7', NOBODY)
  for i = 1, #limits do
    if redis.pcall('SREM', $holders .. limits[i][1], NOBODY .. id) == 1 then free[#free + 1] = limits[i][1] end
  end
  for i = 1, #free do went = went + unpark('limit:' .. free[i], 1) end
  return went
end
local hasSettings, hasTimers
-- Frees the limits that a tied job held while claim `owner` (worker and number) ran it; `keeps`: it goes back to the front of its
-- queue, and its places stay its own. Returns then what its mark must say.
local function leaveRun(ties, id, owner, keeps)
  if hasSettings == nil then hasSettings = redis.call('EXISTS', $settings) == 1 end
  if hasSettings then
    -- A limit of the whole queue holds nothing parked: the queue itself was passed over.
    local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
    local queue = isMark(mark) and queueOf(mark)
    if queue and redis.pcall('SREM', $holders .. 'queue:' .. queue, owner .. id) == 1 then wake(queue) end
  end
  local limits = ties.isRead and ties.limits or tiesTo(ties.limits, 1)
  if #limits == 0 then return nil end
  -- Whoever is parked has a timer.
  if hasTimers == nil then hasTimers = redis.call('EXISTS', $timers) == 1 end
  local kept
  for i = 1, #limits do
    local holders = $holders .. limits[i][1]
    local isFree = redis.pcall('SREM', holders, owner .. id) == 1
    if isFree and keeps then
      redis.call('SADD', holders, NOBODY .. id)
      kept = reservation()
    end
  end
  -- When all are free: the next one may need several of them.
  for i = 1, (keeps or not hasTimers) and 0 or #limits do unpark('limit:' .. limits[i][1], 1) end
  return kept
end
