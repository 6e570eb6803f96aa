-- Removes a job and all that is known of it. Needs leave, loosen, trim.
-- How a batch counts it: one that has succeeded was counted.
local LEAVES = { S = 'X', E = 'X', A = 'X', P = 'X', F = 'Z', C = 'Z' }
local function deleteJob(id, state, mark)
  leave(id, state, mark)
  if isTied(mark) and state == 'P' then linger(id, mark) end
  if isTied(mark) then loosen(id, nil, LEAVES[state]) end
  unlinkRecords({ id })
end
