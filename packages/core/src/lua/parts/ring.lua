-- Pops from the groups of one queue and priority, the one that has used the least time first, one job a turn. Needs pop, gates.
-- Pops one job of a group. Returns its weight, 1 for an entry that no longer counts, nil at the end of the list.
local function popGroup(slot, place, group)
  local id = redis.pcall('LPOP', $group .. slot .. ':' .. group)
  if type(id) ~= 'string' then return nil end
  local record = redis.call('MGET', $job .. id)[1]
  if record and isHere(record, place) then
    redis.pcall('HINCRBY', $grouped, slot, -1)
    admitted(id, record)
    return math.max(type(tiesMet.group) == 'table' and tonumber(tiesMet.group[2]) or 1, 1)
  end
  if redis.call('EXISTS', $job .. id) == 1 and not (record and isMark(sub(record, 1, 32))) then quarantine(id) end
  return 1
end
local function popRing(queue, place)
  local slot = queue .. ':' .. sub(place, 4, 4)
  local ring = $groups .. slot
  for _ = 1, 40 do
    local asked, before = math.min(cap - count, 50), count
    if asked < 1 or bytes >= 4194304 then return end
    local turns = redis.pcall('ZRANGE', ring, 0, asked - 1, 'WITHSCORES')
    if turns.err or #turns == 0 then
      redis.pcall('HDEL', $rings, slot)
      return
    end
    met = {}
    -- One round: a group of weight 1 gets one turn, one of weight 3 three.
    local roundEnd = tonumber(turns[2]) + 1
    for t = 1, #turns, 2 do
      local used, weight = tonumber(turns[t + 1]), 1
      while weight and used < roundEnd and count < cap do
        weight = popGroup(slot, place, turns[t])
        if weight then used = used + 1 / weight end
      end
      if weight then redis.call('ZADD', ring, 'XX', used, turns[t]) else redis.call('ZREM', ring, turns[t]) end
    end
    redis.pcall('HSET', $rings, slot, turns[2])
    openJobs(before, queue, place)
  end
  reply[7] = 1
end
-- The groups of a queue and the jobs without one share what is left, half and half.
local function popAll(queue, place)
  local list = $ready .. queue .. ':' .. sub(place, 4, 4)
  if not hasRings or redis.pcall('HEXISTS', $rings, queue .. ':' .. sub(place, 4, 4)) ~= 1 then return pop(queue, place, list) end
  local whole = cap
  cap = count + math.ceil((whole - count) / 2)
  pop(queue, place, list)
  cap = whole
  popRing(queue, place)
  pop(queue, place, list)
end
