-- Removes jobs whose own time has passed, but for those that somebody waits for, or whose children have not gone on. Needs now,
-- state, leave, bury.
local function isNeeded(id, state)
  local until_ = redis.pcall('ZSCORE', $watched, id)
  return type(until_) == 'string' and tonumber(until_) > now() 
    or (state == 'D' or redis.call('EXISTS', $todo) == 1) and redis.pcall('SISMEMBER', $parents, id) == 1
end
local function trimKept(limit)
  if type(redis.pcall('HLEN', $requeued)) ~= 'number' then return 0 end
  local due, gone = redis.pcall('ZRANGE', $kept, '-inf', now(), 'BYSCORE', 'LIMIT', 0, limit), {}
  for i = 1, due.err and 0 or #due do
    local state, mark = stateOf(due[i])
    local hasEnded = state == 'D' or state == 'F' or state == 'C'
    if hasEnded and isNeeded(due[i], state) then redis.call('ZADD', $kept, now() + 20000, due[i])
    else
      redis.call('ZREM', $kept, due[i])
      if hasEnded then
        leave(due[i], state, mark)
        if state ~= 'D' then giveUp({ due[i] }) end
        gone[#gone + 1] = due[i]
      end
    end
  end
  tell('trim', '-', gone)
  return unlinkRecords(gone)
end
