-- Gives jobs back to the front of their queues: claimed ahead and not started, or interrupted by a stop. No attempt is used.
-- Transition: processing -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 worker, then per job, in the order of claiming: claim number, id, tail line (empty if it never started)
-- Returns: per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include loosen
--@include take
--@include tail
--@include push
--@include put
local worker, outcomes, queues, moved = ARGV[1], {}, {}, 0
for i = #ARGV - 2, 2, -3 do
  local no, id, line = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local mark, answer, kept = take(worker, no, id, 'L', true)
  if mark then
    if line ~= '' then appendTail(id, line) end
    queues[put('LPUSH', id, mark, kept)] = true
    tell('release', 'E', { id })
    moved = moved + 1
  end
  outcomes[(i + 1) / 3] = mark and 'OK' or answer
end
if moved > 0 then redis.pcall('HINCRBY', $stats, 'released', moved) end
for queue in pairs(queues) do wake(queue) end
return outcomes
