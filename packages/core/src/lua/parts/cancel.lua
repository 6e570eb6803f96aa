-- Ends a job that has not ended, without success, by a line for its tail; `letter`: the state that it reaches (C, F). Needs detach,
-- loosen, tail. A limit's place is free when the handler of a running one has ended, and not before.
local function endJob(id, state, mark, line, letter)
  detach(id, state, mark)
  if isTied(mark) and state == 'P' then linger(id, mark) end
  if isTied(mark) then loosen(id, nil, letter) end
  redis.call('SETRANGE', $job .. id, '0', letter .. string.sub(mark, 2, 7) .. NOBODY)
  appendTail(id, line)
  redis.call('ZADD', letter == 'F' and $failed or $cancelled, now(), id)
end
local function cancelJob(id, state, mark, line)
  endJob(id, state, mark, line, 'C')
end
