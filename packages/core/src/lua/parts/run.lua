-- One recurring job of a call of tick. Needs admit, ticking, state, audit.
local function isUnfinished(id)
  local last = redis.pcall('HGET', $recurring .. id, 'last')
  local state = type(last) == 'string' and stateOf(last)
  return state == 'S' or state == 'E' or state == 'A' or state == 'P'
end
local function runOnce(id, overlap, at)
  local tickMs, start, job, record = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  local head = '{"tick":' .. tickMs .. ',"at":' .. string.format('%.0f', now())
  if overlap == 'skip' and isUnfinished(id) then return noteSkipped(id, head, 'overlap', 1) end
  local word = admit(job, record, start)
  if word ~= 'OK' then return noteSkipped(id, head, 'unique', 1) end
  redis.call('HSET', $recurring .. id, 'last', job)
  redis.pcall('HINCRBY', $stats, start and 'scheduled' or 'enqueued', 1)
  note(id, head .. ',"job":"' .. job .. '"}')
  return true
end
local function tick(first, runs)
  local id, version, due, nextTick, overlap, missed, who, reason = unpack(ARGV, first, first + 7)
  local current = redis.pcall('HGET', $recurring .. id, 'version')
  if type(current) ~= 'string' then
    redis.call('ZREM', $ticks, id)
    setTicksTimer()
    return 'GONE'
  end
  for i = 1, runs do
    if not isMark(string.sub(ARGV[first + 8 + 4 * i], 1, 32)) then return 'CODES' end
  end
  if due ~= '' then
    if current ~= version or redis.call('ZSCORE', $ticks, id) ~= due then return 'STALE' end
    if tonumber(due) > now() then return 'EARLY' end
    setTick(id, nextTick)
  end
  if missed ~= '0' then noteSkipped(id, '{"at":' .. string.format('%.0f', now()), 'missed', tonumber(missed)) end
  for i = 1, runs do
    if runOnce(id, overlap, first + 5 + 4 * i) and who ~= '' then audit(who, 'trigger', id, reason) end
  end
  return 'OK'
end
