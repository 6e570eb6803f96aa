-- Pops from one list while room is left. An entry is a hint: only a job whose mark says "enqueued, here" is taken.
-- Needs ids, count, reply, bytes, most, worker, no, takes, enter.
local sub, byte, find, open = string.sub, string.byte, string.find, $processing .. worker .. ':' .. no
-- How far the queue that is looked at may fill the claim, and what holds it back.
local cap, gate = most, nil
local function drop(id, record, queue, place)
  if not record and redis.call('EXISTS', $job .. id) == 1 or record and not isMark(sub(record, 1, 32)) then
    quarantine(id)
  else
    countStale(queue .. ':' .. sub(place, 4, 4), -1)
  end
end
local function accept(id, key, record, mark)
  redis.call('SETRANGE', key, '0', mark)
  count = count + 1
  ids[count] = id
  reply[6 + 2 * count], reply[7 + 2 * count] = id, record
  bytes = bytes + #record
end
-- Takes a job whose mark differs from most, if nothing blocks it. One that counts for its queue is tied from then on.
local owner = worker .. no
local function admitted(id, record)
  if (gate or isTied(record)) and not enter(id, record, owner, gate) then return false end
  if gate and gate.limit and not isTied(record) then
    record = sub(record, 1, 4) .. (byte(record, 5) - 44) .. sub(record, 6)
  end
  accept(id, $job .. id, record, 'P' .. sub(record, 2, 7) .. owner)
  return true
end
-- Opens the jobs accepted after the first `before`. An id that stands twice among them was read twice before it was taken.
local function openJobs(before, queue, place)
  if count == before or redis.call('SADD', open, unpack(ids, before + 1, count)) == count - before then return end
  local seen, last = {}, before
  for i = before + 1, count do
    local id, record = ids[i], reply[7 + 2 * i]
    ids[i], reply[6 + 2 * i], reply[7 + 2 * i] = nil, nil, nil
    if seen[id] then
      countStale(queue .. ':' .. sub(place, 4, 4), -1)
    else
      last, seen[id] = last + 1, true
      ids[last], reply[6 + 2 * last], reply[7 + 2 * last] = id, id, record
    end
  end
  count = last
end
-- Whether a record says that its job is enqueued here, and not one of the suspects.
local function isHere(record, place)
  return byte(record) == 69 and sub(record, 2, 4) == sub(place, 1, 3) and byte(record, 5) % 4 == byte(place, 4) % 4
    and isMark(sub(record, 1, 32)) and not isSuspect(record)
end
-- Most jobs never met a dead worker: the marks of those that nothing ties differ in nothing, and of those that are tied in little.
-- Gives what their records begin with, and their marks when they are taken.
local function usual(place)
  local tied = sub(place, 1, 3) .. (byte(place, 4) - 44) .. '00'
  return 'E' .. place .. '00', 'P' .. place .. '00' .. owner, 'E' .. tied, 'P' .. tied .. owner
end
local function pop(queue, place, list)
  local fresh, taken, tied, tiedTaken
  for _ = 1, 40 do
    local asked, before = math.min(cap - count, 50), count
    if asked < 1 then return end
    local popped = redis.pcall('LPOP', list, asked)
    if not popped or popped.err then return end
    local keys = {}
    if not fresh then fresh, taken, tied, tiedTaken = usual(place) end
    for i = 1, #popped do keys[i] = $job .. popped[i] end
    local records = redis.call('MGET', unpack(keys))
    met = {}
    for i = 1, #popped do
      local record = records[i]
      -- Found, not cut out: a new text costs Lua more than all the rest.
      local isWhole = not gate and record and byte(record, 32) == 10
      if isWhole and find(record, fresh, 1, true) == 1 then
        accept(popped[i], keys[i], record, taken)
      elseif isWhole and find(record, tied, 1, true) == 1 then
        if enter(popped[i], record, owner) then accept(popped[i], keys[i], record, tiedTaken) end
      elseif record and isHere(record, place) then
        admitted(popped[i], record)
      else
        drop(popped[i], record, queue, place)
      end
    end
    openJobs(before, queue, place)
    if #popped < asked or count >= cap or bytes >= 4194304 then return end
  end
  reply[7] = 1
end
-- One suspect. One that was blamed three times runs alone in its process, so that its last chance is its own: it is left
-- for a worker that holds nothing (takes == "2"), and one worker is asked to empty itself for it.
local function popSuspect(queue, code)
  local passed
  for _ = 1, 40 do
    local id = redis.pcall('LPOP', $suspects .. queue)
    if type(id) ~= 'string' then return nil end
    local record = redis.call('MGET', $job .. id)[1]
    met = {}
    local here = record and sub(record, 1, 4) == 'E' .. code and isMark(sub(record, 1, 32)) and isSuspect(record)
    if not here then
      drop(id, record, queue, code .. 's')
    elseif byte(record, 7) >= 51 and takes ~= '2' then
      redis.call('RPUSH', $suspects .. queue, id)
      if redis.call('SET', $alone, worker, 'NX', 'PX', 60000) or redis.pcall('GET', $alone) == worker then reply[5] = 1 end
      if id == passed then return nil end
      passed = passed or id
    elseif admitted(id, record) then
      openJobs(count - 1)
      if byte(record, 7) >= 51 then
        most = 1
        redis.call('DEL', $alone)
      end
      return id
    end
  end
end
