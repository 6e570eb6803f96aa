-- Puts an id where a job of this mark waits: in the list of its queue and priority, or of its group there. Groups of a queue
-- and a priority stand in a ring, a sorted set by the time they have used (start-time fair queueing: Goyal, Vin, Cheng 1996).
-- Needs place, and push.
--@include group
-- So many jobs joined groups of a queue and priority; `pairs_`: a score and a name for each.
local function joinRing(slot, count, pairs_)
  redis.pcall('HINCRBY', $grouped, slot, count)
  -- A group that comes back starts where the others are: it has no right to the time that it was away.
  local reached = redis.pcall('HGET', $rings, slot)
  if type(reached) == 'string' then
    for i = 1, #pairs_, 2 do pairs_[i] = reached end
  else
    redis.pcall('HSETNX', $rings, slot, '0')
  end
  redis.pcall('ZADD', $groups .. slot, 'NX', unpack(pairs_))
end
local function enlist(command, id, mark, ties)
  local group = groupOf(id, mark, ties)
  if not group then return push(command, listOf(mark), id) end
  local slot = queueOf(mark) .. ':' .. slotOf(mark)
  push(command, $group .. slot .. ':' .. group, id)
  joinRing(slot, 1, { '0', group })
end
