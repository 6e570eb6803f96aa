-- Stores up to 500 jobs that may run now: those that nobody stands in the way of by one command for all, the others one by one;
-- in their order. Needs admit, words, counts.
local function one(id, record, due, toFront)
  local word, state = admit(id, record, due, toFront)
  words[#words + 1] = word
  if word ~= 'OK' then return end
  local counter = state or due and 'scheduled' or 'enqueued'
  counts[counter] = counts[counter] + 1
end
local function isEasy(ties)
  return not (ties.parents or ties.batch or ties.tags or ties.deadline)
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
-- Puts jobs at the ends of their lists and groups, a list at a time.
local function enlistAll(ids, marks, ties)
  local lists, members = {}, {}
  for i = 1, #ids do
    local group, slot = groupIn(ties[i]), queueOf(marks[i]) .. ':' .. slotOf(marks[i])
    local list = group and $group .. slot .. ':' .. group or listOf(marks[i])
    if not lists[list] then lists[list] = {} end
    lists[list][#lists[list] + 1] = ids[i]
    queues[queueOf(marks[i])] = true
    if group then
      if not members[slot] then members[slot] = { count = 0 } end
      local ring = members[slot]
      ring.count = ring.count + 1
      ring[2 * ring.count - 1], ring[2 * ring.count] = '0', group
    end
  end
  for list, own in pairs(lists) do push('RPUSH', list, unpack(own)) end
  for slot, ring in pairs(members) do joinRing(slot, ring.count, ring) end
end
local function storeEasy(jobs)
  if #jobs.ids == 0 then return end
  if redis.call('MSETNX', unpack(jobs.records)) == 1 then
    if #jobs.locks > 0 then redis.call('MSET', unpack(jobs.locks)) end
    for w = 1, #jobs.windows do redis.call('SET', unpack(jobs.windows[w])) end
    enlistAll(jobs.ids, jobs.marks, jobs.ties)
    tell(VERB, 'E', jobs.ids)
    for i = 1, #jobs.ids do words[#words + 1] = 'OK' end
    counts.enqueued = counts.enqueued + #jobs.ids
  else
    for i = 1, #jobs.ids do one(jobs.ids[i], jobs.records[2 * i]) end
  end
end
local function none()
  return { ids = {}, records = {}, marks = {}, ties = {}, locks = {}, windows = {} }
end
local function addEasy(jobs, id, record, ties, locks)
  local n = #jobs.ids + 1
  jobs.ids[n], jobs.marks[n], jobs.ties[n] = id, string.sub(record, 1, 32), ties
  jobs.records[2 * n - 1], jobs.records[2 * n] = $job .. id, record
  for l = 1, #locks do
    local key = $lock .. locks[l][1]
    if locks[l][2] ~= 'window' then
      jobs.locks[#jobs.locks + 1], jobs.locks[#jobs.locks + 2] = key, id
    elseif type(locks[l][3]) == 'number' then
      jobs.windows[#jobs.windows + 1] = { key, id, 'PX', locks[l][3] }
    end
  end
end
local function together(from, to)
  local ties, locks, asked = {}, {}, {}
  for i = from, to, 2 do
    ties[i] = tiesIn(ARGV[i + 1], 33)
    locks[i] = tiesTo(ties[i].locks, 0)
    for l = 1, #locks[i] do asked[#asked + 1] = $lock .. locks[i][l][1] end
  end
  local taken, easy = takenOf(asked), none()
  for i = from, to, 2 do
    local isFree = isEasy(ties[i]) and string.byte(ARGV[i + 1]) == 69
    for l = 1, #locks[i] do
      local key = $lock .. locks[i][l][1]
      isFree, taken[key] = isFree and not taken[key], true
    end
    if not isFree or #easy.locks > 900 then
      storeEasy(easy)
      easy = none()
    end
    if isFree then addEasy(easy, ARGV[i], ARGV[i + 1], ties[i], locks[i]) else one(ARGV[i], ARGV[i + 1]) end
  end
  storeEasy(easy)
end
