-- Places of limits. A member of `holders:<key>` is a job that runs, <worker><claim><id>, or a job whose turn has come and that
-- waits for a slot, NOBODY<id>: nobody takes its place meanwhile. Its mark says so where the owner stands. Needs now, place,
-- quarantine, ties, put, and wake.
local function reservation()
  return '-reserved---' .. string.format('%012.0f', now() / 1000)
end
-- Lets up to `count` jobs that were parked for a reason try again: back to the fronts of their queues, in their order. `key`: the
-- limit of which each of them gets a place.
local function unpark(reason, count, key)
  local ids, marks, looked = {}, {}, 0
  while looked < 200 do
    local id = #ids < count and redis.pcall('LPOP', $blocked .. reason)
    if type(id) ~= 'string' then break end
    looked = looked + 1
    local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
    if not isMark(mark) then
      quarantine(id)
    elseif string.byte(mark) == 66 then
      -- At once: an id may stand twice in the list.
      redis.call('SETRANGE', $job .. id, '0', 'E')
      ids[#ids + 1], marks[#ids + 1] = id, mark
      redis.pcall('ZREM', $parked .. queueOf(mark), id)
    end
  end
  for i = #ids, 1, -1 do
    if key then push('SADD', $holders .. key, NOBODY .. ids[i]) end
    wake(put('LPUSH', ids[i], marks[i], key and reservation()))
  end
  -- Entries that no longer count stand before those that do: the rest is looked at at once.
  if looked == 200 and #ids < count then redis.pcall('ZADD', $timers, now(), reason) end
  return #ids
end
-- A job gives back the places that were kept for it; those of limit number `but` are not given to the next in line.
local function yieldPlaces(id, limits, but)
  local moved = 0
  redis.call('SETRANGE', $job .. id, '7', NOBODY)
  for i = 1, #limits do
    local key = limits[i][1]
    local mine = redis.pcall('SREM', $holders .. key, NOBODY .. id) == 1
    if mine and i ~= but then moved = moved + unpark('limit:' .. key, 1, key) end
  end
  return moved
end
local hasSettings
-- Frees the limits that a tied job held while claim `owner` (worker and number) ran it; `keeps`: it goes back to the front of its
-- queue, and its places stay its own. Returns then what its mark must say.
local function leaveRun(ties, id, owner, keeps)
  if hasSettings == nil then hasSettings = redis.call('EXISTS', $settings) == 1 end
  if hasSettings then
    -- A limit of the whole queue holds nothing parked: the queue itself was passed over.
    local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
    local queue = isMark(mark) and queueOf(mark)
    if queue and redis.pcall('SREM', $holders .. 'queue:' .. queue, owner .. id) == 1 then wake(queue) end
  end
  local limits, kept = tiesTo(ties.limits, 1), nil
  for i = 1, #limits do
    local key = limits[i][1]
    if redis.pcall('SREM', $holders .. key, owner .. id) == 1 then
      if keeps then
        redis.call('SADD', $holders .. key, NOBODY .. id)
        kept = reservation()
      else
        unpark('limit:' .. key, 1, key)
      end
    end
  end
  return kept
end
