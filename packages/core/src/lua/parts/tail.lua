-- Appends a line to a record's tail. A tail that outgrew its bound keeps its newest 20 lines.
local function appendTail(id, line)
  local key = $job .. id
  if redis.call('APPEND', key, line) < 160000 then return end
  local record, lines = redis.call('GET', key), {}
  for part in string.gmatch(record, '[^\n]*\n?') do lines[#lines + 1] = part end
  while lines[#lines] == '' do lines[#lines] = nil end
  if #lines <= 23 then return end
  local kept = { lines[1], lines[2], lines[3] }
  for i = #lines - 19, #lines do kept[#kept + 1] = lines[i] end
  redis.call('SET', key, table.concat(kept))
end
