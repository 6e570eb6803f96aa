-- Ties a new job to its parents {id, states that let it go}. Needs state; gives verdict and link.
-- What its parents say now: nil when it need not wait, "A" when it must, "C" and why when it can never run, "!" and the parent
-- that there is none of.
local function verdict(parents)
  local waits
  for i = 1, #parents do
    local id, condition = parents[i][1], parents[i][2]
    local state = stateOf(id)
    if not state or state == 'X' or type(condition) ~= 'string' then return '!', id end
    local hasEnded = string.find('DFC', state, 1, true)
    if hasEnded and not string.find(condition, state, 1, true) then
      if state ~= 'F' then return 'C', id, state end
      waits = 'A'
    elseif not hasEnded then waits = 'A' end
  end
  return waits
end
local function link(parents, child, delay)
  for i = 1, #parents do
    local id, condition = parents[i][1], parents[i][2]
    local state = stateOf(id)
    if string.find('DFC', state, 1, true) and string.find(condition, state, 1, true) then
      passOn(id, state, child)
    else
      redis.call('HSET', $waits .. child, id, condition)
      push('RPUSH', $children .. id, child)
      redis.call('SADD', $parents, id)
    end
  end
  if delay and redis.call('EXISTS', $waits .. child) == 1 then redis.call('HSET', $waits .. child, '+', delay) end
end
