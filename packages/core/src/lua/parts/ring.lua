-- Pops from the groups of one queue and priority, the one that has used the least time first, one job a turn. Needs pop, gates.
-- Takes what was popped from a group's list. Returns the group's weight, and 1 if a job left the list; weight 1 for an entry that
-- no longer counts.
local function takeTurn(id, key, record, place, tied, tiedTaken)
  local left = met[id] and 0 or 1
  if not gate and record and byte(record, 32) == 10 and sub(record, 1, 7) == tied then
    if enter(id, record, owner) then accept(id, key, record, tiedTaken) end
  elseif record and isHere(record, place) then
    admitted(id, record)
  else
    if redis.call('EXISTS', key) == 1 and not (record and isMark(sub(record, 1, 32))) then quarantine(id) end
    return 1, 0
  end
  return math.max(type(tiesMet.group) == 'table' and tonumber(tiesMet.group[2]) or 1, 1), left
end
local function popRing(queue, place)
  local slot = queue .. ':' .. sub(place, 4, 4)
  local ring, list = $groups .. slot, $group .. slot .. ':'
  local _, _, tied, tiedTaken = usual(place)
  for _ = 1, 40 do
    local asked, before = math.min(cap - count, 50), count
    if asked < 1 or bytes >= 4194304 then return end
    local turns = redis.pcall('ZRANGE', ring, 0, asked - 1, 'WITHSCORES')
    if turns.err or #turns == 0 then
      redis.pcall('HDEL', $rings, slot)
      return
    end
    met = {}
    -- One round: a group of weight 1 gets one turn, one of weight 3 three, as far as the claim has room. First one job of each.
    local roundEnd, groups, popped, keys, empty = tonumber(turns[2]) + 1, {}, {}, {}, {}
    for t = 1, #turns, 2 do
      if tonumber(turns[t + 1]) < roundEnd then
        local id = redis.pcall('LPOP', list .. turns[t])
        if type(id) == 'string' then
          groups[#groups + 1], popped[#popped + 1], keys[#keys + 1] = t, id, $job .. id
        else empty[#empty + 1] = turns[t] end
      end
    end
    -- At once: a job that gives a place on may bring one of these groups back.
    if #empty > 0 then redis.call('ZREM', ring, unpack(empty)) end
    local records, scores, left = #keys > 0 and redis.call('MGET', unpack(keys)) or {}, {}, 0
    for g = 1, #groups do
      local name = turns[groups[g]]
      local weight, gone = takeTurn(popped[g], keys[g], records[g], place, tied, tiedTaken)
      local used = turns[groups[g] + 1] + 1 / weight
      left = left + gone
      while used < roundEnd and count + #groups - g < cap do
        local id = redis.pcall('LPOP', list .. name)
        if type(id) ~= 'string' then break end
        -- One that was parked in this round may have been let go since.
        met[id] = nil
        weight, gone = takeTurn(id, $job .. id, redis.call('MGET', $job .. id)[1], place, tied, tiedTaken)
        used, left = used + 1 / weight, left + gone
      end
      scores[2 * g - 1], scores[2 * g] = used, name
    end
    if left > 0 then redis.pcall('HINCRBY', $grouped, slot, -left) end
    if #scores > 0 then redis.call('ZADD', ring, 'XX', unpack(scores)) end
    redis.pcall('HSET', $rings, slot, turns[2])
    openJobs(before, queue, place)
  end
  reply[7] = 1
end
-- The groups of a queue and the jobs without one share what is left, half and half: of each fifty, so that they also run in turn.
local function popAll(queue, place)
  local list = $ready .. queue .. ':' .. sub(place, 4, 4)
  if not hasRings or redis.pcall('HEXISTS', $rings, queue .. ':' .. sub(place, 4, 4)) ~= 1 then return pop(queue, place, list) end
  local whole = cap
  repeat
    local before, step = count, math.min(whole - count, 50)
    cap = before + math.ceil(step / 2)
    pop(queue, place, list)
    cap = before + step
    popRing(queue, place)
    pop(queue, place, list)
  until count == before or count >= whole or bytes >= 4194304
  cap = whole
end
