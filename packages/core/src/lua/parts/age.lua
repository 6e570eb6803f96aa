-- `count` when the oldest `count` succeeded jobs all ended before the age limit: the list is in order of finishing, and
-- the last S line of a record tells when. Needs now, succeededMs.
local function agedOut(count)
  local id = redis.call('LINDEX', $succeeded, count - 1)
  local record = id and redis.pcall('GETRANGE', $job .. id, -2000000, -1)
  if not id then return nil end
  local ended = type(record) == 'string' and string.match(record, '.*\nS %S+ %S+ %S+ %d+ (%d+) ')
  return (not ended or tonumber(ended) <= now - succeededMs) and count or nil
end
