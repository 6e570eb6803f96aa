-- One step of an operation. Needs plan, scan, select, apply; sets cursor and nextAt. Returns whether nothing is left.
local looked, matched, changed, failed, isSearching = 0, 0, 0, 0, false
-- A tenth of what a second allows; a dry run costs nothing.
local room = rate > 0 and not dry and math.max(1, math.floor(rate / 10)) or 500
local function look(job, place)
  local found, mark = stateOf(job)
  looked = looked + 1
  -- A batch within a batch.
  if not found and filter.batch then openBatch(job) end
  if found == 'D' then bytes = bytes + redis.call('STRLEN', $job .. job) end
  if not mark or not isSelected(job, found, mark, place) then return end
  local result = dry or APPLY[verb](job, found, mark)
  if result == false then return end
  matched = matched + 1
  if dry then return end
  if result then changed, done[#done + 1] = changed + 1, job else failed = failed + 1 end
  -- To change a tied job takes as long as to read this much.
  if isTied(mark) then bytes = bytes + 4000 end
end
-- Looks at one source; true: it has no more.
local function lookThrough(source, most)
  local kind, name = string.sub(source, 1, 1), string.sub(source, 3)
  if kind == 'Q' then
    openQueue(name)
    return true
  elseif kind == 'R' then
    openRing(name)
    return true
  elseif kind == 'P' then
    openParked(name)
    return true
  elseif kind == 'W' then
    openClaims(name)
    return true
  end
  local place, ids, after, further = scan(source, cursor, most)
  isSearching = further ~= nil
  if further then
    cursor = further
    return false
  end
  for i = 1, #ids do
    if changed >= room or bytes > 1048576 then return false end
    look(ids[i], place)
    cursor = after(i)
  end
  return #ids < most
end
local function march()
  local isOver = false
  -- What was counted of a selection that is gone would be too few.
  if dry and filter.selection and redis.call('EXISTS', $selection .. filter.selection) == 0 then return true, 'cancelled' end
  for turn = 1, 500 do
    local source = redis.call('LINDEX', plan, 0)
    isOver = not source
    local most = 500 - looked - turn + 1
    if isOver or isSearching or most < 1 or changed >= room or bytes > 1048576 then break end
    if lookThrough(source, most) then
      redis.call('LPOP', plan)
      cursor = ''
    end
  end
  local counts = { looked = looked, matched = matched, changed = changed, failed = failed, step = 1 }
  for field, count in pairs(counts) do redis.call('HINCRBY', operation, field, count) end
  nextAt = rate > 0 and now() + math.ceil(changed * 1000 / rate) or 0
  redis.call('HSET', operation, 'cursor', cursor, 'nextAt', nextAt)
  return isOver
end
