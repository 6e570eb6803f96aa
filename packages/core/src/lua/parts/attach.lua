-- Ties a new job to its parents {id, states that let it go}. A batch is a parent like a job. Needs state; gives verdict and link.
-- Also says whether it can never succeed any more, and whether it is a draft.
local function parentOf(id)
  local state = stateOf(id)
  if state then return state end
  local batch = redis.pcall('HMGET', $batch .. id, 'state', 'ended', 'lost')
  if batch.err or not batch[1] then return nil end
  return batch[2] == '' and 'P' or batch[2] or 'P', batch[3] and true, batch[1] ~= 'open'
end
-- What its parents say now: nil when it need not wait, "A" when it must, "C" and why when it can never run, "!" and the parent
-- that there is none of. A failed job may run again, and so may a member of a batch, if it is still there; a condition with "!"
-- does not wait for that: its job is a member of a batch, which must end.
local function verdict(parents)
  local waits
  for i = 1, #parents do
    local id, condition = parents[i][1], parents[i][2]
    local state, isLost = parentOf(id)
    if not state or state == 'X' or type(condition) ~= 'string' then return '!', id end
    local hasEnded = string.find('DFC', state, 1, true)
    if hasEnded and not string.find(condition, state, 1, true) then
      if state ~= 'F' or isLost or string.find(condition, '!', 1, true) then return 'C', id, state end
      waits = 'A'
    elseif not hasEnded then waits = 'A' end
  end
  return waits
end
-- Nothing that waits for a draft may be seen before that is whole.
local function waitsForDraft(parents)
  for i = 1, #parents do
    local _, _, isDraft = parentOf(parents[i][1])
    if isDraft then return true end
  end
end
local function link(parents, child, delay)
  for i = 1, #parents do
    local id, condition = parents[i][1], parents[i][2]
    local state = parentOf(id)
    if string.find('DFC', state, 1, true) and string.find(condition, state, 1, true) then
      passOn(id, state, child)
    else
      redis.call('HSET', $waits .. child, id, condition)
      push('RPUSH', $children .. id, child)
      redis.call('SADD', $parents, id)
    end
  end
  if delay and #parents > 0 and redis.call('EXISTS', $waits .. child) == 1 then redis.call('HSET', $waits .. child, '+', delay) end
end
