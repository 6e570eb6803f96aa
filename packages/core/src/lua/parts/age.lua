-- How many entries of `succeeded`, from the oldest on and at most `most`, all ended before the age limit or are gone. Each is
-- looked at: one that was passed over, deleted or requeued stands anywhere among younger ones. The last S line of a record
-- tells when. Stops after 16 MiB of records. Needs now, succeededMs.
local function agedOut(most)
  local ids, bytes = redis.call('LRANGE', $succeeded, 0, most - 1), 0
  for i = 1, #ids do
    local record = redis.pcall('GETRANGE', $job .. ids[i], -2000000, -1)
    record = type(record) == 'string' and record or ''
    local ended = string.match(record, '^.*\nS %S+ %S+ %S+ %d+ (%d+) ')
    if ended and tonumber(ended) > now() - succeededMs then return i - 1 end
    bytes = bytes + #record
    if bytes > 16777216 then return i end
  end
  return #ids
end
