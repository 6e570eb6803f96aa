-- Pops from one list while room is left. An entry is a hint: only a job whose mark says "enqueued, here" is taken.
-- Needs ids, reply, bytes, most, worker, no.
local function drop(id, record, queue, place)
  if not record and redis.call('EXISTS', $job .. id) == 1 or record and not isMark(string.sub(record, 1, 32)) then
    quarantine(id)
  elseif place then
    countStale(queue .. ':' .. string.sub(place, 4, 4), -1)
  end
end
local function accept(id, key, record, place)
  redis.call('SETRANGE', key, 0, 'P' .. place .. string.sub(record, 6, 7) .. worker .. no)
  ids[#ids + 1] = id
  reply[#reply + 1] = id
  reply[#reply + 1] = record
  bytes = bytes + #record
end
local function pop(queue, place, list)
  local fresh = 'E' .. place
  for _ = 1, 40 do
    local asked = math.min(most - #ids, 50)
    local popped = redis.pcall('LPOP', list, asked)
    if not popped or popped.err then return end
    local keys = {}
    for i = 1, #popped do keys[i] = $job .. popped[i] end
    local records = redis.call('MGET', unpack(keys))
    for i = 1, #popped do
      local record = records[i]
      if record and string.sub(record, 1, 5) == fresh and string.byte(record, 32) == 10 and string.byte(record, 6) < 50 then
        accept(popped[i], keys[i], record, place)
      else
        drop(popped[i], record, queue, place)
      end
    end
    if #popped < asked or #ids >= most or bytes >= 4194304 then return end
  end
end
local function popSuspect(queue, code)
  for _ = 1, 40 do
    local id = redis.pcall('LPOP', $suspects .. queue)
    if type(id) ~= 'string' then return nil end
    local record = redis.call('MGET', $job .. id)[1]
    if record and string.sub(record, 1, 4) == 'E' .. code and string.byte(record, 32) == 10 and string.byte(record, 6) >= 50 then
      accept(id, $job .. id, record, string.sub(record, 2, 5))
      return id
    end
    drop(id, record, queue)
  end
end
