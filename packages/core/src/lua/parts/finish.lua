-- The common part of fail and drop: ends running jobs in the sorted set SET, with the mark and the tail line of LETTER.
-- Needs worker, keep, SET, LETTER, bury; gives outcomes.
local outcomes, ended = {}, {}
redis.call('ZCARD', SET)
for i = 3, #ARGV, 3 do
  local no, id, line = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local mark, answer = take(worker, no, id, LETTER)
  if mark then
    redis.call('SETRANGE', $job .. id, '0', LETTER .. string.sub(mark, 2, 7) .. NOBODY)
    appendTail(id, line)
    redis.call('ZADD', SET, now(), id)
    if isTied(mark) then loosen(id, nil, LETTER) end
    ended[#ended + 1] = id
  end
  outcomes[#outcomes + 1] = mark and 'OK' or answer
end
concludeEnds(LETTER == 'F' and 'fail' or 'drop', LETTER, ended, keep)
