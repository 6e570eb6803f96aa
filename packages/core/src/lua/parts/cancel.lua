-- Ends a job that has not ended, by a line for its tail. Needs detach, loosen, tail. A limit's place is free when the handler
-- of a running one has ended, and not before.
local function cancelJob(id, state, mark, line)
  detach(id, state, mark)
  if isTied(mark) and state == 'P' then linger(id, mark) end
  if isTied(mark) then loosen(id, nil, 'C') end
  redis.call('SETRANGE', $job .. id, '0', 'C' .. string.sub(mark, 2, 7) .. NOBODY)
  appendTail(id, line)
  redis.call('ZADD', $cancelled, now(), id)
end
