-- Lets up to `count` jobs that were parked for a reason try again: back to the fronts of their queues, in their order.
-- Needs ties, put, and wake.
local function unpark(reason, count)
  local ids, marks, looked = {}, {}, 0
  while looked < 200 do
    local id = #ids < count and redis.pcall('LPOP', $blocked .. reason)
    if type(id) ~= 'string' then break end
    looked = looked + 1
    local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
    if isMark(mark) and string.byte(mark) == 66 then
      ids[#ids + 1], marks[#ids + 1] = id, mark
      redis.call('SETRANGE', $job .. id, '0', 'E')
      redis.pcall('ZREM', $parked .. queueOf(mark), id)
    end
  end
  for i = #ids, 1, -1 do wake(put('LPUSH', ids[i], marks[i])) end
  -- Entries that no longer count stand before those that do: the rest is looked at at once.
  if looked == 200 and #ids < count then redis.pcall('ZADD', $timers, now(), reason) end
  return #ids
end
-- Frees the limits that a tied job held while claim `owner` (worker and number) ran it.
local function leaveRun(ties, id, owner)
  if redis.call('EXISTS', $settings) == 1 then
    -- A limit of the whole queue holds nothing parked: the queue itself was passed over.
    local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
    local queue = isMark(mark) and queueOf(mark)
    if queue and redis.pcall('SREM', $holders .. 'queue:' .. queue, owner .. id) == 1 then wake(queue) end
  end
  local limits = tiesTo(ties.limits, 1)
  for i = 1, #limits do
    if redis.pcall('SREM', $holders .. limits[i][1], owner .. id) == 1 then unpark('limit:' .. limits[i][1], 1) end
  end
end
