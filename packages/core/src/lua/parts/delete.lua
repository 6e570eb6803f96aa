-- Removes a job and all that is known of it. Needs leave, loosen, trim.
local function deleteJob(id, state, mark)
  leave(id, state, mark)
  if isTied(mark) then loosen(id, state == 'P' and string.sub(mark, 8, 31), true) end
  unlinkRecords({ id })
end
