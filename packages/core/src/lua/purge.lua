-- Removes jobs that wait in a queue, a bounded number a call.
-- Transition: enqueued -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 queue, 4 most entries in this call, 5 "1" on the first call of a purge
-- Returns: {"MORE", removed} or {"DONE", removed}
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include ended
--@include audit
--@include stale
--@include trim
local who, reason, queue, limit, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local code, removed, left = redis.call('HGET', $queues, queue), 0, limit
local lists = { $suspects .. queue }
for priority = 0, 3 do lists[#lists + 1] = $ready .. queue .. ':' .. priority end
redis.call('DEL', $none)
if first then audit(who, 'purge', queue, reason) end
for l = 1, #lists do
  local place = 'E' .. (code or '') .. (l > 1 and l - 2 or '')
  while left > 0 do
    local ids = redis.pcall('LPOP', lists[l], math.min(left, 250))
    if not ids or ids.err then break end
    local gone, met, stale = {}, {}, 0
    for i = 1, #ids do
      local mark = redis.pcall('GETRANGE', $job .. ids[i], '0', '31')
      local waiting = type(mark) == 'string' and string.sub(mark, 1, #place) == place and isMark(mark)
      if waiting and isSuspect(mark) == (l == 1) and not met[ids[i]] then gone[#gone + 1] = ids[i]
      elseif mark ~= '' and not isMark(mark) then quarantine(ids[i])
      else stale = stale + 1 end
      met[ids[i]] = true
    end
    announceEnd(gone)
    removed = removed + unlinkRecords(gone)
    if stale > 0 then countStale(queue .. ':' .. (l == 1 and 's' or l - 2), -stale) end
    left = left - #ids
  end
end
if removed > 0 then redis.pcall('HINCRBY', $stats, 'deleted', removed) end
return { left > 0 and 'DONE' or 'MORE', removed }
