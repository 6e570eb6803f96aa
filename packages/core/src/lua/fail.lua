-- Ends jobs that failed for good: they wait for a person.
-- Transition: processing -> failed
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 how many failed jobs to keep, then per job: claim number, id, tail line
-- Returns: per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include take
--@include tail
--@include ended
--@include stale
--@include trim
--@include bury
local worker, keep, outcomes, ended = ARGV[1], tonumber(ARGV[2]), {}, {}
redis.call('ZCARD', $failed)
for i = 3, #ARGV, 3 do
  local no, id, line = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local mark, answer = take(worker, no, id, 'F')
  if mark then
    redis.call('SETRANGE', $job .. id, '0', 'F' .. string.sub(mark, 2, 7) .. NOBODY)
    appendTail(id, line)
    redis.call('ZADD', $failed, now(), id)
    ended[#ended + 1] = id
  end
  outcomes[#outcomes + 1] = mark and 'OK' or answer
end
if #ended > 0 then
  redis.pcall('HINCRBY', $stats, 'failed', #ended)
  announceEnd(ended)
  trimSorted($failed, keep, '(0', 2 * #ended)
end
return outcomes
