-- Lets the children of a job go on that has ended. Needs now, place, quarantine.
--@include wake
--@include push
--@include put
--@include stale
--@include loosen
--@include detach
--@include tail
--@include cancel
--@include due
--@include timer
local function later(command, parent, letter, left)
  push(command, $todo, letter .. parent .. ' ' .. left)
  setTimer('todo', now(), 'LT')
end
-- What a child may read of its parent: the letter of its state, its name, and from its last line the result or the error;
-- without that when it is too long to be copied. The pattern begins with ^, or one long line would be tried at each of its places.
local function passOn(parent, letter, child)
  local tail = redis.pcall('GETRANGE', $job .. parent, -66000, -1)
  local json = type(tail) == 'string' and string.match(tail, '^.*\n%a %S+ %S+ %S+ %d+ %d+ ([^\n]*)$') or ''
  local head = redis.pcall('GETRANGE', $job .. parent, 32, 200)
  local name = type(head) == 'string' and string.match(head, '^[^ \n]+') or ''
  local counts = name == '' and redis.pcall('HMGET', $batch .. parent, 'name', 'total', 'succeeded', 'failed', 'cancelled')
  if counts and counts[1] then
    name = counts[1]
    json = '"total":' .. counts[2] .. ',"succeeded":' .. counts[3] .. ',"failed":' .. counts[4] .. ',"cancelled":' .. counts[5] .. '}'
    json = (letter == 'D' and '{' or '{"name":"BatchError","message":"not all jobs of the batch succeeded",') .. json
  end
  if type(redis.pcall('HSET', $inputs .. child, parent, letter .. name .. ' ' .. json)) == 'number' then redis.pcall('SADD', $extras, child) end
end
local function letGo(child)
  local mark, delay = redis.pcall('GETRANGE', $job .. child, '0', '31'), redis.pcall('HGET', $waits .. child, '+')
  redis.call('DEL', $waits .. child)
  redis.pcall('ZREM', $awaiting, child)
  if not isMark(mark) then return quarantine(child) end
  if string.byte(mark) ~= 65 then return end
  tell('follow', type(delay) == 'string' and 'S' or 'E', { child })
  if type(delay) ~= 'string' then return wake(put('RPUSH', child, mark, waitingSince(now()))) end
  local due, earliest = tonumber(string.match(delay, '^@(%d+)$') or now() + tonumber(delay)), earliestDue()
  redis.call('SETRANGE', $job .. child, '0', 'S')
  redis.call('ZADD', $scheduled, due, child)
  tellDue(earliest, due, queueOf(mark))
end
-- A condition that can no longer hold.
local function cancelChild(child, parent, letter)
  local mark = redis.pcall('GETRANGE', $job .. child, '0', '31')
  if not isMark(mark) then return quarantine(child) end
  if string.byte(mark) ~= 65 then return end
  cancelJob(child, 'A', mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"PARENT_ENDED","parent":"'
    .. parent .. '","state":"' .. letter .. '"}')
  redis.pcall('HINCRBY', $stats, 'cancelled', 1)
  tell('follow', 'C', { child })
  redis.call('PUBLISH', $ended, child)
  if redis.pcall('SISMEMBER', $parents, child) == 1 then later('RPUSH', child, 'C', -1) end
end
-- Looks at up to `budget` children; what is left is for a later call. `left`: how many of them this end concerns, -1: all.
-- Returns what is left of the budget. A failed parent may run again, so those that need its success stay,
-- unless their condition says by "!" that they do not.
local function follow(parent, letter, most, left)
  local list = $children .. parent
  local length = redis.pcall('LLEN', list)
  if type(length) ~= 'number' then setAside(list, string.sub(list, #P + 1)) end
  length = type(length) == 'number' and length or 0
  left = left and left >= 0 and math.min(left, length) or length
  if most < 1 then
    later('RPUSH', parent, letter, left)
    return most
  end
  while left > 0 and most > 0 do
    local child = redis.call('LPOP', list)
    if not child then break end
    local condition = redis.pcall('HGET', $waits .. child, parent)
    if type(condition) == 'string' then
      if string.find(condition, letter, 1, true) then
        redis.call('HDEL', $waits .. child, parent)
        passOn(parent, letter, child)
        if redis.call('HLEN', $waits .. child) == redis.call('HEXISTS', $waits .. child, '+') then letGo(child) end
      elseif letter == 'F' and not string.find(condition, '!', 1, true) then redis.call('RPUSH', list, child)
      else cancelChild(child, parent, letter) end
    end
    left, most = left - 1, most - 1
  end
  -- To the front: another end of the same parent may stand in the list already, and those of this one come first.
  if left > 0 and redis.call('EXISTS', list) == 1 then later('LPUSH', parent, letter, left)
  elseif redis.call('EXISTS', list) == 0 then redis.pcall('SREM', $parents, parent) end
  return most
end
