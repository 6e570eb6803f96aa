-- Ends jobs that succeeded. One APPEND each: a job that is marked processing, but open in no claim, has the state that
-- its last tail line names.
-- Transition: processing -> succeeded
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 how many succeeded jobs to keep, then per claim: claim number, number of jobs,
--       "1" if some of them are tied ("2": by nothing but groups), id…, tail line…
-- Returns: "OK" when all are accepted, else per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include stale
--@include quarantine
--@include ended
--@include trim
--@include loosen
--@include take
local worker, keep = ARGV[1], tonumber(ARGV[2])
local before, accepted, outcomes, total, clean, claim = redis.call('LLEN', $succeeded), 0, {}, 0, true, 3
isBare = redis.call('EXISTS', $watched, $parents, $kept, $extras) == 0
--@include accept
while claim < #ARGV do
  local no, jobs, tied, first = ARGV[claim], tonumber(ARGV[claim + 1]), mayHold(ARGV[claim + 2]), claim + 3
  local set = $processing .. worker .. ':' .. no
  local open, all = redis.pcall('SMISMEMBER', set, unpack(ARGV, first, first + jobs - 1)), jobs > 0
  for i = 1, jobs do
    if open[i] ~= 1 then all = false end
  end
  -- Fewer removed than asked: an id stands twice in the call. It counts once.
  local distinct = all and redis.call('SREM', set, unpack(ARGV, first, first + jobs - 1)) == jobs
  if distinct then acceptAll(no, first, jobs, tied) else acceptEach(no, first, jobs, all, tied) end
  if redis.call('EXISTS', set) == 0 then redis.pcall('HDEL', $processing .. worker, no) end
  claim = first + 2 * jobs
end
if accepted > 0 then
  redis.pcall('HINCRBY', $stats, 'succeeded', accepted)
  trimBeyond(keep, before + accepted, 2 * accepted)
end
return clean and 'OK' or outcomes
