-- Stores new jobs that are due later; once per call number of a producer's lane.
-- Transition: (none) -> scheduled
-- KEYS: 1 prefix
-- ARGV: 1 client, 2 lane, 3 call number, 4 "1" if the lane should be remembered for another hour, 5 number of large payloads,
--       then per large payload: id, payload; then per group: queue, code, "in <ms>" or "at <ms since 1970>", number of jobs,
--       then per job: id, record
-- Returns: "OK", "ALREADY", "STALE", "CODES", {"FULL", queue} (nothing is stored), or {"EXISTS", id…} when some ids exist (the
--          others are stored)
local P = KEYS[1]
--@include now
--@include tell
--@include due
local earliest = earliestDue()
--@include lane
local group, existing, total = firstGroup, { 'EXISTS' }, 0
while group < #ARGV do
  local kind, ms, jobs = string.sub(ARGV[group + 2], 1, 2), tonumber(string.sub(ARGV[group + 2], 4)), tonumber(ARGV[group + 3])
  local due = kind == 'in' and now() + ms or ms
  for from = group + 4, group + 3 + 2 * jobs, 500 do
    local ids, scores = store(from, math.min(from + 499, group + 3 + 2 * jobs), existing), {}
    for i = 1, #ids do scores[2 * i - 1], scores[2 * i] = due, ids[i] end
    if #ids > 0 then redis.call('ZADD', $scheduled, unpack(scores)) end
    total = total + #ids
    tell('schedule', 'S', ids)
  end
  tellDue(earliest, due, ARGV[group])
  earliest = earliest and math.min(earliest, due) or due
  group = group + 4 + 2 * jobs
end
redis.pcall('HINCRBY', $stats, 'scheduled', total)
return #existing > 1 and existing or 'OK'
