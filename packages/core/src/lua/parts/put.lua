-- Puts a job into its queue: at the front by LPUSH (the caller goes from the last job to the first), at the end by RPUSH.
-- Needs a valid mark, and push.
--@include enlist
local function put(command, id, mark)
  redis.call('SETRANGE', $job .. id, '0', 'E' .. string.sub(mark, 2, 7) .. NOBODY)
  enlist(command, id, mark)
  return queueOf(mark)
end
