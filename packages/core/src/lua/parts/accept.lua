-- Writes the outcomes of one claim's jobs whose ids stand from `first` on in ARGV, and their lines after them.
-- An APPEND that made no longer text than its line made a record without a head: there was none, and must be none.
local function append(id, line)
  local length = redis.pcall('APPEND', $job .. id, line)
  if type(length) == 'number' and length > #line then return true end
  if length == #line then redis.call('DEL', $job .. id) else quarantine(id) end
end
local function finish(ids)
  if #ids == 0 then return end
  redis.call('RPUSH', $succeeded, unpack(ids))
  accepted = accepted + #ids
  tell('succeed', 'D', ids)
  announceEnd(ids, 'D')
end
-- Whether jobs hold something; those that are tied by nothing but groups only where queues have limits.
local function mayHold(ties)
  return ties == '1' or ties == '2' and redis.call('EXISTS', $settings) == 1
end
-- What tied jobs held is free. Of one that was taken by itself, what it held while it ran is free already.
local function loosenAll(ids, owner)
  -- They may have a time of their own to be kept.
  isBare = false
  for i = 1, #ids do loosen(ids[i], owner, 'D') end
end
local function acceptAll(no, first, jobs, tied)
  local ids, last = {}, 0
  for i = first, first + jobs - 1 do
    total = total + 1
    outcomes[total] = 'OK'
    if append(ARGV[i], ARGV[i + jobs]) then
      last = last + 1
      ids[last] = ARGV[i]
    else
      outcomes[total], clean = 'GONE', false
    end
  end
  finish(ids)
  if tied then loosenAll(ids, worker .. no) end
end
local function acceptEach(no, first, jobs, removed, tied)
  local ids, seen = {}, {}
  for i = first, first + jobs - 1 do
    local id, mine, answer = ARGV[i], removed, 'ALREADY'
    if not removed then mine, answer = take(worker, no, id, 'S') end
    if mine and not seen[id] then
      answer = append(id, ARGV[i + jobs]) and 'OK' or 'GONE'
      if answer == 'OK' then ids[#ids + 1] = id end
    end
    seen[id] = seen[id] or mine
    total = total + 1
    outcomes[total] = answer
    if answer ~= 'OK' then clean = false end
  end
  finish(ids)
  if tied then loosenAll(ids, removed and worker .. no) end
end
