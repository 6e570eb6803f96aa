-- Puts a job at the end of its queue. Needs a valid mark, and push.
local function putBack(id, mark)
  local queue = queueOf(mark)
  redis.call('SETRANGE', $job .. id, '0', 'E' .. string.sub(mark, 2, 7) .. NOBODY)
  if isSuspect(mark) then
    push('RPUSH', $suspects .. queue, id)
  else
    push('RPUSH', $ready .. queue .. ':' .. string.sub(mark, 5, 5), id)
  end
  return queue
end
