-- Takes a job out of the structure that its state names, whatever that is. Needs a valid mark, and loosen.
--@include group
local function detach(id, state, mark)
  if state == 'E' and isReserved(mark) then yield(id) end
  if state == 'S' then redis.call('ZREM', $scheduled, id)
  elseif state == 'F' then redis.call('ZREM', $failed, id)
  elseif state == 'C' then redis.call('ZREM', $cancelled, id)
  elseif state == 'E' and string.byte(mark) == 66 then redis.pcall('ZREM', $parked .. queueOf(mark), id)
  elseif state == 'E' and groupOf(id, mark) then redis.pcall('HINCRBY', $grouped, queueOf(mark) .. ':' .. slotOf(mark), -1)
  elseif state == 'E' then countStale(queueOf(mark) .. ':' .. slotOf(mark), 1)
  elseif state == 'A' then
    redis.pcall('ZREM', $awaiting, id)
    redis.call('DEL', $waits .. id)
    -- It will not hear of all its children, so it knows none when it runs again.
    redis.pcall('HDEL', $inputs .. id, '#')
  elseif state == 'P' then
    local owner, no = string.sub(mark, 8, 19), string.sub(mark, 20, 31)
    local set = $processing .. owner .. ':' .. no
    redis.pcall('SREM', set, id)
    if redis.call('EXISTS', set) == 0 then redis.pcall('HDEL', $processing .. owner, no) end
    redis.call('PUBLISH', $wake .. owner, 'cancel ' .. no .. ' ' .. id)
  end
end
