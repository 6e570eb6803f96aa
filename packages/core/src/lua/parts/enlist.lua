-- Puts an id where a job of this mark waits: in the list of its queue and priority, or of its group there. Groups of a queue
-- and a priority stand in a ring, a sorted set by the time they have used (start-time fair queueing: Goyal, Vin, Cheng 1996).
-- Needs place, and push.
local groupTied
local function groupIn(ties)
  return type(ties.group) == 'table' and type(ties.group[1]) == 'string' and ties.group[1] or nil
end
-- `ties`: what ties it, if the caller knows.
local function groupOf(id, mark, ties)
  if not isTied(mark) or isSuspect(mark) then return nil end
  if ties then return groupIn(ties) end
  if not groupTied then
    --@include ties
    groupTied = function(job) return groupIn(tiesOf(job)) end
  end
  return groupTied(id)
end
local function enlist(command, id, mark, ties)
  local group = groupOf(id, mark, ties)
  if not group then return push(command, listOf(mark), id) end
  local slot = queueOf(mark) .. ':' .. slotOf(mark)
  push(command, $group .. slot .. ':' .. group, id)
  redis.pcall('HINCRBY', $grouped, slot, 1)
  -- A group that comes back starts where the others are: it has no right to the time that it was away.
  local reached = redis.pcall('HGET', $rings, slot)
  redis.pcall('ZADD', $groups .. slot, 'NX', type(reached) == 'string' and reached or '0', group)
  redis.pcall('HSETNX', $rings, slot, '0')
end
