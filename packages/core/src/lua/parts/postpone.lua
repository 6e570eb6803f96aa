-- The common part of retry and defer: needs worker, outcomes, CODE, COUNTER.
local earliest, moved = earliestDue(), 0
for i = 2, #ARGV, 4 do
  local no, id, delayMs, line = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3]
  local mark, answer = take(worker, no, id, CODE)
  if mark then
    redis.call('SETRANGE', $job .. id, '0', 'S' .. string.sub(mark, 2, 7) .. NOBODY)
    appendTail(id, line)
    redis.call('ZADD', $scheduled, now() + delayMs, id)
    tellDue(earliest, now() + delayMs, queueOf(mark))
    tell(CODE == 'R' and 'retry' or 'defer', 'S', { id })
    moved = moved + 1
  end
  outcomes[#outcomes + 1] = mark and 'OK' or answer
end
if moved > 0 then redis.pcall('HINCRBY', $stats, COUNTER, moved) end
