-- The mark: 1 state, 2-5 place (3 queue code, 1 priority), 6 crashes, 7 blamed, 8-19 owner, 20-31 claim, 32 newline.
-- A dictionary of another type stops a script here, before its first write.
redis.call('HLEN', $queues)
local queueNames = {}
local function queueOf(mark)
  local code = string.sub(mark, 2, 4)
  if queueNames[code] == nil then queueNames[code] = redis.call('HGET', $queues, '#' .. code) end
  return queueNames[code]
end
local function isMark(mark)
  return type(mark) == 'string' and string.find(mark, '^[SEAPFC]%w%w%w[0-3]%d%d............%S%S%S%S%S%S%S%S%S%S%S%S\n') ~= nil
    and queueOf(mark) ~= false
end
local function isSuspect(mark)
  return string.byte(mark, 6) >= 50
end
local NOBODY = '------------------------'
