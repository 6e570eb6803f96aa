-- Takes a job out of the structure that its state names, also out of the list of finished jobs. Needs stale, detach.
local function leave(id, state, mark)
  if state ~= 'D' then return detach(id, state, mark) end
  -- Its entry in that list stops to count, and must not meet what has this id from now on.
  redis.call('HINCRBY', $requeued, id, 1)
  countStale('succeeded', 1)
end
