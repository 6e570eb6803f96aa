-- Puts a job into its queue: at the front by LPUSH (the caller goes from the last job to the first), at the end by RPUSH.
-- `owner`: what its mark says instead of nobody. Needs a valid mark, and push.
--@include enlist
local function put(command, id, mark, owner)
  redis.call('SETRANGE', $job .. id, '0', 'E' .. string.sub(mark, 2, 7) .. (owner or NOBODY))
  enlist(command, id, mark)
  return queueOf(mark)
end
