-- The mark: 1 state, 2-5 place (3 queue code, 1 priority, 4 more for a tied job), 6 crashes, 7 blamed, 8-19 owner, 20-31 claim,
-- 32 newline. State B: enqueued, and parked because something blocks it.
-- A dictionary of another type stops a script here, before its first write.
redis.call('HLEN', $queues)
local queueNames = {}
local function queueOf(mark)
  local code = string.sub(mark, 2, 4)
  if queueNames[code] == nil then queueNames[code] = redis.call('HGET', $queues, '#' .. code) end
  return queueNames[code]
end
local function isMark(mark)
  return type(mark) == 'string' and string.find(mark, '^[SEBAPFC]%w%w%w[0-7]%d%d............%S%S%S%S%S%S%S%S%S%S%S%S\n') ~= nil
    and queueOf(mark) ~= false
end
local function isSuspect(mark)
  return string.byte(mark, 6) >= 50
end
-- Whether its header ties the job to others: by limits, locks, a deadline, tags.
local function isTied(mark)
  return string.byte(mark, 5) >= 52
end
-- Whether places of its limits are kept for a job that waits (limits).
local function isReserved(mark)
  return string.byte(mark, 9) == 114 and string.byte(mark, 8) == 45
end
-- The list in which a job waits, as the counts of stale entries call it.
local function slotOf(mark)
  return isSuspect(mark) and 's' or string.byte(mark, 5) % 4
end
local function listOf(mark)
  return isSuspect(mark) and $suspects .. queueOf(mark) or $ready .. queueOf(mark) .. ':' .. slotOf(mark)
end
local NOBODY = '------------------------'
-- What stands there instead when a job was delayed or waited for others: since when it waits for a worker (ms).
local function waitingSince(ms)
  return '-since-----' .. string.format('%013.0f', math.max(0, ms))
end
