-- Ends a job that did not start before its deadline: as cancelled, or as failed when it says so. Returns the letter of its new
-- state. Needs cancel, and its parts.
--@include ties
local function endOverdue(id, state, mark)
  if tiesOf(id).overdue ~= 'fail' then
    cancelJob(id, state, mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"EXPIRED"}')
    return 'C'
  end
  detach(id, state, mark)
  loosen(id, nil, 'F')
  redis.call('SETRANGE', $job .. id, '0', 'F' .. string.sub(mark, 2, 7) .. NOBODY)
  appendTail(id, '\nF - - - 0 ' .. string.format('%.0f', now())
    .. ' {"name":"ExpiredError","code":"EXPIRED","message":"the job did not start before its deadline"}')
  redis.call('ZADD', $failed, now(), id)
  return 'F'
end
local function concludeOverdue(ids, letter, counter, set, keep)
  if #ids == 0 then return end
  redis.pcall('HINCRBY', $stats, counter, #ids)
  tell('expire', letter, ids)
  announceEnd(ids, letter)
  trimSorted(set, keep, '(0', 2 * #ids)
end
