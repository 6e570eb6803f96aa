-- Removes jobs that wait in a queue, a bounded number a call.
-- Transition: enqueued -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 queue, 4 most entries in this call, 5 "1" on the first call of a purge
-- Returns: {"MORE", removed} or {"DONE", removed}
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include ended
--@include audit
--@include stale
--@include trim
local who, reason, queue, limit, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local code, removed, left = redis.call('HGET', $queues, queue), 0, limit
local lists = { $suspects .. queue }
for priority = 0, 3 do lists[#lists + 1] = $ready .. queue .. ':' .. priority end
-- Last, what is parked; a sorted set, whose entries are never stale.
lists[6] = $parked .. queue
redis.call('DEL', $none)
if first then audit(who, 'purge', queue, reason) end
for l = 1, #lists do
  local slot, place = l == 1 and 's' or l - 2, (l == 6 and 'B' or 'E') .. (code or '')
  while left > 0 do
    local ids = redis.pcall(l == 6 and 'ZRANGE' or 'LPOP', lists[l], unpack(l == 6 and { 0, math.min(left, 250) - 1 } or { math.min(left, 250) }))
    if not ids or ids.err or #ids == 0 then break end
    if l == 6 then redis.call('ZREM', lists[l], unpack(ids)) end
    local gone, met, stale = {}, {}, 0
    for i = 1, #ids do
      local mark = redis.pcall('GETRANGE', $job .. ids[i], '0', '31')
      local waiting = type(mark) == 'string' and string.sub(mark, 1, #place) == place and isMark(mark)
      if waiting and (l == 6 or slotOf(mark) == slot) and not met[ids[i]] then
        gone[#gone + 1] = ids[i]
        if isTied(mark) then loosen(ids[i], nil, true) end
      elseif mark ~= '' and not isMark(mark) then quarantine(ids[i])
      else stale = stale + 1 end
      met[ids[i]] = true
    end
    removed = removed + unlinkRecords(gone)
    if stale > 0 and l < 6 then countStale(queue .. ':' .. slot, -stale) end
    left = left - #ids
  end
end
if removed > 0 then redis.pcall('HINCRBY', $stats, 'deleted', removed) end
return { left > 0 and 'DONE' or 'MORE', removed }
