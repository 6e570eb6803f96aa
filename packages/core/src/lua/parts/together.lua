-- Stores up to 500 jobs that may run now: those that nobody stands in the way of by one command for all, the others one by one;
-- in their order. Needs admit, words, counts.
local function one(id, record, due, toFront)
  local word, state = admit(id, record, due, toFront)
  words[#words + 1] = word
  if word ~= 'OK' then return end
  local counter = state or due and 'scheduled' or 'enqueued'
  counts[counter] = counts[counter] + 1
end
-- Which of the locks that jobs ask for are taken.
local function takenOf(asked)
  local taken = {}
  for from = 1, #asked, 500 do
    local to = math.min(from + 499, #asked)
    local holders = redis.call('MGET', unpack(asked, from, to))
    for i = from, to do
      if holders[i - from + 1] then taken[asked[i]] = true end
    end
  end
  return taken
end
-- Where jobs wait whose records begin alike: list, queue, and what their groups are called by.
local places = {}
local function placeOf(record)
  local head = string.sub(record, 1, 7)
  local place = places[head]
  if not place then
    local mark = string.sub(record, 1, 32)
    place = { list = listOf(mark), queue = queueOf(mark), slot = queueOf(mark) .. ':' .. slotOf(mark), isSuspect = isSuspect(mark) }
    places[head] = place
  end
  return place
end
-- Jobs that are stored together. `rings`: per queue and priority a score and a name for each group.
local function newRun()
  return { ids = {}, records = {}, locks = {}, windows = {}, lists = {}, rings = {}, queues = {} }
end
local function join(run, id, place, group)
  local list = group and $group .. place.slot .. ':' .. group or place.list
  local members = run.lists[list]
  if members then members[#members + 1] = id else run.lists[list] = { id } end
  run.queues[place.queue] = true
  if not group then return end
  local ring = run.rings[place.slot] or {}
  run.rings[place.slot] = ring
  ring[#ring + 1] = '0'
  ring[#ring + 1] = group
end
local function storeRun(run)
  if #run.ids == 0 then return end
  if redis.call('MSETNX', unpack(run.records)) == 0 then
    for i = 1, #run.ids do one(run.ids[i], run.records[2 * i]) end
    return
  end
  if #run.locks > 0 then redis.call('MSET', unpack(run.locks)) end
  for w = 1, #run.windows do redis.call('SET', unpack(run.windows[w])) end
  for list, members in pairs(run.lists) do push('RPUSH', list, unpack(members)) end
  for slot, ring in pairs(run.rings) do joinRing(slot, #ring / 2, ring) end
  for queue in pairs(run.queues) do queues[queue] = true end
  tell(VERB, 'E', run.ids)
  for _ = 1, #run.ids do words[#words + 1] = 'OK' end
  counts.enqueued = counts.enqueued + #run.ids
end
local function together(from, to)
  -- The locks of all, one after the other; `first`: where those of a job begin.
  local ties, asked, locks, first = {}, {}, {}, {}
  for i = from, to, 2 do
    local own = tiesIn(ARGV[i + 1], 33)
    ties[i], first[i] = own, #asked + 1
    local list = own.isRead and own.locks or tiesTo(own.locks, 0)
    for l = 1, #list do
      locks[#locks + 1] = list[l]
      asked[#asked + 1] = $lock .. list[l][1]
    end
  end
  local taken, run = takenOf(asked), newRun()
  for i = from, to, 2 do
    local id, record, own, last = ARGV[i], ARGV[i + 1], ties[i], (first[i + 2] or #asked + 1) - 1
    local isFree = not (own.parents or own.batch or own.tags or own.deadline) and string.byte(record) == 69
    for l = first[i], last do isFree, taken[asked[l]] = isFree and not taken[asked[l]], true end
    if not isFree or #run.locks > 900 then
      storeRun(run)
      run = newRun()
    end
    if isFree then
      local n, place = #run.ids + 1, placeOf(record)
      run.ids[n], run.records[2 * n - 1], run.records[2 * n] = id, $job .. id, record
      for l = first[i], last do
        if locks[l][2] ~= 'window' then
          run.locks[#run.locks + 1] = asked[l]
          run.locks[#run.locks + 1] = id
        elseif type(locks[l][3]) == 'number' then
          run.windows[#run.windows + 1] = { asked[l], id, 'PX', locks[l][3] }
        end
      end
      join(run, id, place, own.group and not place.isSuspect and groupIn(own))
    else
      one(id, record)
    end
  end
  storeRun(run)
end
