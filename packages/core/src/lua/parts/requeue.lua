-- Runs a job again, or now instead of later, with all its attempts, at the end of its queue. Returns the queue; nil when another
-- job holds a lock that this one needs. Needs now, ties, hold, leave, put, tail, batch.
local function requeueJob(id, state, mark, reason)
  local ties = isTied(mark) and tiesOf(id) or {}
  local locks = tiesTo(ties.locks, 0)
  for i = 1, #locks do
    if locks[i][2] ~= 'window' and holderOf(locks[i], id) then return nil end
  end
  leave(id, state, mark)
  hold(locks, id)
  if type(ties.batch) == 'string' and state ~= 'S' then countAgain(ties.batch, state) end
  appendTail(id, '\nQ - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
  tell('requeue', 'E', { id })
  return put('RPUSH', id, string.sub(mark, 1, 5) .. '00' .. string.sub(mark, 8))
end
