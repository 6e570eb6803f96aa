-- Recovers one job of a dead worker: counts the crash, blames the suspect alone if there was one, ends poison.
local function recoverJob(no, id, mark)
  local crashes, blamed = math.min(tonumber(string.sub(mark, 6, 6)) + 1, 9), tonumber(string.sub(mark, 7, 7))
  local guilty = suspect == no .. ' ' .. id
  local poison = guilty and blamed >= 3
  if guilty then blamed = math.min(blamed + 1, 9) end
  mark = string.sub(mark, 1, 5) .. crashes .. blamed .. NOBODY .. '\n'
  appendTail(id, '\nW ' .. worker .. ' ' .. no .. ' - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"'
    .. (poison and 'poison' or 'lease expired') .. '","crashes":' .. crashes .. ',"blamed":' .. blamed .. '}')
  local kept = isTied(mark) and loosen(id, worker .. no, poison and 'F', not isSuspect(mark)) or nil
  if poison then
    redis.call('SETRANGE', $job .. id, '0', 'F' .. string.sub(mark, 2, 31))
    redis.call('ZADD', $failed, now(), id)
    poisoned[#poisoned + 1] = id
  else
    queues[put('LPUSH', id, mark, kept)] = true
  end
  tell('rescue', poison and 'F' or 'E', { id })
end
-- Recovers a claim from its last job to its first; false when the limit of this call was reached before its end.
local function recoverClaim(no)
  local set = claims .. ':' .. no
  local open = redis.pcall('SMEMBERS', set)
  if open.err then setAside(set, string.sub(set, #P + 1)) end
  table.sort(open, function(a, b) return a > b end)
  for i = 1, #open do
    if moved >= limit then return false end
    redis.call('SREM', set, open[i])
    moved = moved + 1
    local mark = redis.pcall('GETRANGE', $job .. open[i], '0', '31')
    if not isMark(mark) then
      quarantine(open[i])
    elseif string.sub(mark, 1, 1) == 'P' and string.sub(mark, 8, 31) == worker .. no then
      recoverJob(no, open[i], mark)
    end
  end
  redis.call('HDEL', claims, no)
  return true
end
