-- Puts a job back to the front of its queue. The caller goes from the last job to the first. Needs a valid mark, and push.
local function putFront(id, mark)
  local queue, flags = queueOf(mark), string.sub(mark, 2, 7)
  redis.call('SETRANGE', $job .. id, '0', 'E' .. flags .. NOBODY)
  if isSuspect(mark) then
    push('LPUSH', $suspects .. queue, id)
  else
    push('LPUSH', $ready .. queue .. ':' .. string.sub(mark, 5, 5), id)
  end
  return queue
end
