-- Stores new jobs and puts them at the ends of their queues; once per call number of a producer's lane.
-- Transition: (none) -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 client, 2 lane, 3 call number, 4 "1" if the lane should be remembered for another hour, 5 number of large payloads,
--       then per large payload: id, payload; then per group: queue, code, priority (with "<": to the front), number of jobs,
--       then per job: id, record
-- Returns: "OK", "ALREADY", "STALE", "CODES", {"FULL", queue} (nothing is stored), or {"EXISTS", id…} when some ids exist (the
--          others are stored)
local P = KEYS[1]
--@include now
--@include wake
--@include quarantine
--@include push
--@include lane
local group, existing, total = firstGroup, { 'EXISTS' }, 0
while group < #ARGV do
  local queue, place, jobs = ARGV[group], ARGV[group + 2], tonumber(ARGV[group + 3])
  local list = $ready .. queue .. ':' .. string.sub(place, 1, 1)
  for from = group + 4, group + 3 + 2 * jobs, 500 do
    local ids = store(from, math.min(from + 499, group + 3 + 2 * jobs), existing)
    if #ids > 0 then push(#place > 1 and 'LPUSH' or 'RPUSH', list, unpack(ids)) end
    total = total + #ids
    tell('enqueue', 'E', ids)
  end
  wake(queue)
  group = group + 4 + 2 * jobs
end
redis.pcall('HINCRBY', $stats, 'enqueued', total)
return #existing > 1 and existing or 'OK'
