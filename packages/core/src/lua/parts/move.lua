-- Gives a job that waits another place: the code of a queue, the digit of a priority; empty: as it is. Returns false when it is
-- there already. Its entry in the list that it leaves is a hint that stops to count. Needs now, detach, enlist, tail, wakes.
local function moveJob(id, state, mark, code, digit, reason)
  local tie = isTied(mark) and 4 or 0
  local place = (code == '' and string.sub(mark, 2, 4) or code) .. (digit == '' and string.byte(mark, 5) - 48 or digit + tie)
  if place == string.sub(mark, 2, 5) then return false end
  if state == 'E' then detach(id, state, mark) end
  redis.call('SETRANGE', $job .. id, '0', state .. place)
  appendTail(id, '\nM - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. string.sub(reason, 1, -2) .. ',"from":"'
    .. queueOf(mark) .. ':' .. string.byte(mark, 5) % 4 .. '"}')
  local moved = state .. place .. string.sub(mark, 6)
  if state == 'E' then
    enlist('RPUSH', id, moved)
    wakes[queueOf(moved)] = true
  end
  tell('move', state, { id })
  return true
end
