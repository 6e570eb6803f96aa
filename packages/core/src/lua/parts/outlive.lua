-- Removes jobs whose own time has passed, but for those that somebody waits for, or whose children have not gone on. Needs now,
-- state, leave, bury.
local function isNeeded(id, state)
  local until_ = redis.pcall('ZSCORE', $watched, id)
  return type(until_) == 'string' and tonumber(until_) > now() 
    or (state == 'D' or redis.call('EXISTS', $todo) == 1) and redis.pcall('SISMEMBER', $parents, id) == 1
end
local function trimKept(limit)
  if not registered() then return 0, false end
  local due, gone, bytes = redis.pcall('ZRANGE', $kept, '-inf', now(), 'BYSCORE', 'LIMIT', 0, limit), {}, 0
  local most, looked = due.err and 0 or #due, 0
  -- The end of a record tells whether its job has succeeded, so it is read: 16 MiB a call.
  while looked < most and bytes < 16777216 do
    looked = looked + 1
    local id = due[looked]
    bytes = bytes + (tonumber(redis.pcall('STRLEN', $job .. id)) or 0)
    local state, mark = stateOf(id)
    local hasEnded = state == 'D' or state == 'F' or state == 'C'
    if hasEnded and isNeeded(id, state) then redis.call('ZADD', $kept, now() + 20000, id)
    else
      redis.call('ZREM', $kept, id)
      if hasEnded then
        leave(id, state, mark)
        if state ~= 'D' then giveUp({ id }) end
        gone[#gone + 1] = id
      end
    end
  end
  tell('trim', '-', gone)
  return unlinkRecords(gone), looked == limit or looked < most
end
