-- Ends a job that did not start before its deadline: as cancelled, or as failed when it says so. Returns the letter of its new
-- state. Needs cancel.
--@include ties
local OVERDUE = {
  C = '{"reason":"EXPIRED"}',
  F = '{"name":"ExpiredError","code":"EXPIRED","message":"the job did not start before its deadline"}',
}
local function endOverdue(id, state, mark)
  local letter = tiesOf(id).overdue == 'fail' and 'F' or 'C'
  endJob(id, state, mark, '\n' .. letter .. ' - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. OVERDUE[letter], letter)
  return letter
end
