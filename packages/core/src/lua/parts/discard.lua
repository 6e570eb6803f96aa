-- Needs id, key, list, gone, and the parts of discard. Later members go first: none of them is told of a parent's end.
local function drop(member)
  if redis.pcall('HGET', $batch .. member, 'state') == 'draft' then
    redis.call('HSET', $batch .. member, 'state', 'discarded')
    return setTimer('draft:' .. member, now())
  end
  local state, mark = stateOf(member)
  if state == 'X' then return quarantine(member) end
  if state ~= 'A' and state ~= 'C' then return end
  detach(member, state, mark)
  if state == 'A' and isTied(mark) then loosen(member, nil, 'X') end
  gone[#gone + 1] = member
end
local function remove(word)
  redis.call('UNLINK', key, list)
  if state and state ~= 'open' then
    redis.call('DEL', $children .. id)
    redis.pcall('SREM', $parents, id)
  end
  redis.pcall('ZREM', $timers, 'draft:' .. id, 'launch:' .. id, 'halt:' .. id, 'forget:' .. id)
  redis.pcall('ZREM', $batches, id)
  return word
end
