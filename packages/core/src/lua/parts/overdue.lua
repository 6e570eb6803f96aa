-- Ends a job that did not start before its deadline: as cancelled, or as failed when it says so. Returns the letter of its new
-- state. Needs cancel.
--@include ties
local OVERDUE = {
  C = '{"reason":"EXPIRED"}',
  F = '{"name":"ExpiredError","code":"EXPIRED","message":"the job did not start before its deadline"}',
}
local function endOverdue(id, state, mark, overdue)
  local letter = overdue == 'fail' and 'F' or 'C'
  endJob(id, state, mark, '\n' .. letter .. ' - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. OVERDUE[letter], letter)
  return letter
end
-- Puts a job off that waited too long for its turn, for as long again; then it waits anew. What does not wait for its turn yet
-- has its whole time before it. Returns whether it was put off. Needs reschedule.
local function putOff(id, state, mark, ms)
  local from = now()
  if state == 'E' then
    from = from + ms
    rescheduleJob(id, state, mark, from, OVERDUE.C)
  elseif state == 'S' then
    from = math.max(from, tonumber(redis.call('ZSCORE', $scheduled, id) or 0))
  end
  redis.call('ZADD', $deadlines, from + ms, id)
  return state == 'E'
end
