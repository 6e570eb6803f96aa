-- What an operation looks through, one source after the other: the list `plan:<id>`. Sources:
-- "Z <lowest score> <highest score> <key>"  a sorted set; the cursor is the score and the id of the last entry looked at
-- "L <place> <key>"  a list, from its end; the cursor is how far from the end the last entry stood that was looked at, and its id.
--   What is pushed meanwhile is not looked at; what is popped is at the other end: nothing is passed over
-- "S <key>"  a set that is small; the cursor is the id of the last entry looked at, in their order
-- "Q <queue>", "R <queue>:<priority>"  become the lists of a queue, of its groups; "P <queue>" what is parked then
-- "W <worker>"  becomes the open sets of its claims
-- Needs id, filter, now.
local plan = $plan .. id
local function add(sources, count)
  for i = 1, #sources, 1000 do redis.call('RPUSH', plan, unpack(sources, i, math.min(i + 999, #sources))) end
  if type(count) == 'number' and count > 0 then redis.call('HINCRBY', $operation .. id, 'total', count) end
end
local function addList(place, key)
  local length = redis.pcall('LLEN', key)
  if length ~= 0 then add({ 'L ' .. place .. ' ' .. string.sub(key, #P + 1) }, length) end
end
local function addSorted(lowest, highest, key)
  local count = redis.pcall('ZCOUNT', key, lowest, highest)
  if count ~= 0 then add({ 'Z ' .. lowest .. ' ' .. highest .. ' ' .. string.sub(key, #P + 1) }, count) end
end
-- The members of a batch, of any state; a draft's are not seen.
local function openBatch(batch)
  if redis.pcall('HGET', $batch .. batch, 'state') == 'open' then addList('-', $members .. batch) end
end
local function openQueue(queue)
  -- What is parked, before and after the lists: a job goes from one to the other while it waits. A dry run would count it twice.
  local before = redis.call('LLEN', plan)
  addSorted('-inf', '9007199254740991', $parked .. queue)
  addList(queue .. ':s', $suspects .. queue)
  for priority = 0, 3 do
    local place = queue .. ':' .. priority
    addList(place, $ready .. place)
    if redis.call('EXISTS', $groups .. place) == 1 then add({ 'R ' .. place }) end
  end
  if not dry and redis.call('LLEN', plan) > before then add({ 'P ' .. queue }) end
end
-- After all other lists of the queue. Claims pass on suspects that must run alone: from the front of their list to its end.
local function openParked(queue)
  add({ 'Z -inf 9007199254740991 ' .. string.sub($parked .. queue, #P + 1) })
  add({ 'L ' .. queue .. ':s ' .. string.sub($suspects .. queue, #P + 1) })
end
local function openRing(place)
  local groups, sources, head = redis.pcall('ZRANGE', $groups .. place, 0, 99999), {}, string.sub($group .. place .. ':', #P + 1)
  for i = 1, groups.err and 0 or #groups do sources[i] = 'L ' .. place .. ' ' .. head .. groups[i] end
  add(sources, tonumber(redis.pcall('HGET', $grouped, place) or 0))
end
-- The jobs that a worker runs now; what it claims later is not looked at.
local function openClaims(worker)
  local claims, sources, total = redis.pcall('HGETALL', $processing .. worker), {}, 0
  for i = 1, claims.err and 0 or #claims, 2 do
    if string.find(claims[i], '^%d+$') then
      sources[#sources + 1] = 'S ' .. string.sub($processing .. worker .. ':' .. claims[i], #P + 1)
      total = total + (tonumber(claims[i + 1]) or 0)
    end
  end
  add(sources, total)
end
