-- Ends jobs whose deadline has passed and that do not run. One that runs is looked at again when it comes back.
-- Transition: scheduled, enqueued, awaiting -> cancelled
-- KEYS: 1 prefix
-- ARGV: 1 most jobs in this call, 2 how many cancelled jobs to keep
-- Returns: {how many ended, 1 if more are due}
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include state
--@include stale
--@include detach
--@include tail
--@include cancel
--@include ended
--@include trim
--@include bury
local limit, keep, done = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $scheduled)
redis.call('ZCARD', $deadlines)
redis.call('DEL', $none)
-- Those whose deadline passed while they ran have the score 0.
local due = redis.call('ZRANGE', $deadlines, '(0', now(), 'BYSCORE', 'LIMIT', 0, limit)
for i = 1, #due do
  local state, mark = stateOf(due[i])
  if state == 'P' then
    redis.call('ZADD', $deadlines, 0, due[i])
  else
    redis.call('ZREM', $deadlines, due[i])
    if mark and string.find('SEA', state, 1, true) then
      cancelJob(due[i], state, mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"EXPIRED"}')
      done[#done + 1] = due[i]
    end
  end
end
if #done > 0 then
  redis.pcall('HINCRBY', $stats, 'cancelled', #done)
  tell('expire', 'C', done)
  announceEnd(done, 'C')
  trimSorted($cancelled, keep, '(0', 2 * #done)
end
local nextOne = redis.call('ZRANGE', $deadlines, '(0', '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
if nextOne then
  redis.pcall('ZADD', $timers, redis.call('ZSCORE', $deadlines, nextOne), 'deadline')
else
  redis.pcall('ZREM', $timers, 'deadline')
end
return { #done, #due == limit and 1 or 0 }
