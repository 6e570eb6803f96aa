-- Makes a job that waits due at another time. Returns false when it is due then already. Needs now, detach, tail, due.
local earliest = earliestDue()
local function rescheduleJob(id, state, mark, due, reason)
  if state == 'S' and tonumber(redis.call('ZSCORE', $scheduled, id) or -1) == due then return false end
  if state == 'E' then detach(id, state, mark) end
  redis.call('SETRANGE', $job .. id, '0', 'S' .. string.sub(mark, 2, 7) .. NOBODY)
  appendTail(id, '\nT - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
  redis.call('ZADD', $scheduled, due, id)
  tellDue(earliest, due, queueOf(mark))
  earliest = earliest and math.min(earliest, due) or due
  tell('reschedule', 'S', { id })
  return true
end
