-- Removes the jobs that wait in one list of a queue. `slot`: its priority, "s" for suspects, "B" for what is parked.
-- Needs queue, code, left, removed, loosen, trim, stale.
local function take(key, slot)
  local most = math.min(left, 250)
  if slot ~= 'B' then return redis.pcall('LPOP', key, most) end
  local ids = redis.pcall('ZRANGE', key, 0, most - 1)
  if not ids.err and #ids > 0 then redis.call('ZREM', key, unpack(ids)) end
  return ids
end
local function empty(key, slot, group)
  local place = (slot == 'B' and 'B' or 'E') .. code
  while left > 0 do
    local ids = take(key, slot)
    if not ids or ids.err or #ids == 0 then return end
    local gone, met, stale = {}, {}, 0
    for i = 1, #ids do
      local mark = redis.pcall('GETRANGE', $job .. ids[i], '0', '31')
      local waits = type(mark) == 'string' and string.sub(mark, 1, 4) == place and isMark(mark)
      if waits and (slot == 'B' or slotOf(mark) == slot) and not met[ids[i]] then
        gone[#gone + 1] = ids[i]
        if isReserved(mark) then yield(ids[i]) end
        if isTied(mark) then loosen(ids[i], nil, 'X') end
      elseif mark ~= '' and not isMark(mark) then quarantine(ids[i])
      else stale = stale + 1 end
      met[ids[i]] = true
    end
    tell('purge', '-', gone)
    removed = removed + unlinkRecords(gone)
    if group then redis.pcall('HINCRBY', $grouped, group, -#gone)
    elseif stale > 0 and slot ~= 'B' then countStale(queue .. ':' .. slot, -stale) end
    left = left - #ids
  end
end
-- The groups of one priority, one after the other.
local function emptyRing(name, slot)
  for _ = 1, 100 do
    local group = left > 0 and redis.pcall('ZRANGE', $groups .. name, 0, 0)[1]
    if not group then return end
    left = left - 1
    empty($group .. name .. ':' .. group, slot, name)
    if redis.call('EXISTS', $group .. name .. ':' .. group) == 0 then redis.call('ZREM', $groups .. name, group) end
  end
  left = 0
end
