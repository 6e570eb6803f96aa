-- Ends jobs that succeeded. One APPEND each: a job that is marked processing, but open in no claim, has the state that
-- its last tail line names.
-- Transition: processing -> succeeded
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 how many succeeded jobs to keep, then per claim: claim number, number of jobs, id…, tail line…
-- Returns: "OK" when all are accepted, else per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include stale
--@include trim
--@include ended
--@include quarantine
--@include take
local worker, keep = ARGV[1], tonumber(ARGV[2])
local kept, accepted, outcomes, seen, clean, claim = redis.call('LLEN', $succeeded), {}, {}, {}, true, 3
while claim < #ARGV do
  local no, jobs = ARGV[claim], tonumber(ARGV[claim + 1])
  local set, first = $processing .. worker .. ':' .. no, claim + 2
  local open, keys = redis.pcall('SMISMEMBER', set, unpack(ARGV, first, first + jobs - 1)), {}
  local all = not open.err
  for i = 1, jobs do
    keys[i] = $job .. ARGV[first + i - 1]
    if open[i] ~= 1 then all = false end
  end
  all = all and redis.call('EXISTS', unpack(keys)) == jobs
  -- Fewer removed than asked: an id stands twice in the call. It counts once.
  local distinct = all and redis.call('SREM', set, unpack(ARGV, first, first + jobs - 1)) == jobs
  for i = 1, jobs do
    local id, mine, answer = ARGV[first + i - 1], all, 'ALREADY'
    if not all then mine, answer = take(worker, no, id, 'S') end
    if mine and (distinct or not seen[no .. id]) then
      if type(redis.pcall('APPEND', keys[i], ARGV[first + jobs + i - 1])) == 'number' then accepted[#accepted + 1] = id
      else quarantine(id) end
      answer = 'OK'
      seen[no .. id] = not distinct
    end
    outcomes[#outcomes + 1] = answer
    if answer ~= 'OK' then clean = false end
  end
  if all and redis.call('EXISTS', set) == 0 then redis.pcall('HDEL', $processing .. worker, no) end
  claim = first + 2 * jobs
end
local n = #accepted
if n > 0 then
  for i = 1, n, 500 do redis.call('RPUSH', $succeeded, unpack(accepted, i, math.min(i + 499, n))) end
  redis.pcall('HINCRBY', $stats, 'succeeded', n)
  announceEnd(accepted)
  local over = math.min(kept + n - keep, 2 * n)
  while over > 0 do trimSucceeded(math.min(over, 500)); over = over - 500 end
end
return clean and 'OK' or outcomes
