-- Ends jobs whose deadline has passed and that do not run, or puts them off when they say so. One that runs is looked at again
-- when it comes back.
-- Transition: scheduled, enqueued, awaiting -> cancelled, failed (and enqueued -> scheduled)
-- KEYS: 1 prefix
-- ARGV: 1 most jobs in this call, 2 how many cancelled, and how many failed jobs to keep
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
--@include due
local VERB, limit, keep, done = 'expire', tonumber(ARGV[1]), tonumber(ARGV[2]), { C = {}, F = {} }
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $failed)
redis.call('ZCARD', $scheduled)
redis.call('ZCARD', $deadlines)
--@include reschedule
--@include overdue
redis.call('DEL', $none)
-- Those whose deadline passed while they ran have the score 0.
local due, putsOff = redis.call('ZRANGE', $deadlines, '(0', now(), 'BYSCORE', 'LIMIT', 0, limit), 0
for i = 1, #due do
  local state, mark = stateOf(due[i])
  local ties = mark and tiesOf(due[i])
  if ties and ties.overdue == 'later' and string.find('SEAP', state, 1, true) then
    if putOff(due[i], state, mark, tonumber(ties.deadline) or 60000) then putsOff = putsOff + 1 end
  elseif state == 'P' then
    redis.call('ZADD', $deadlines, 0, due[i])
  else
    redis.call('ZREM', $deadlines, due[i])
    if mark and string.find('SEA', state, 1, true) then
      local ids = done[endOverdue(due[i], state, mark, ties.overdue)]
      ids[#ids + 1] = due[i]
    end
  end
end
if putsOff > 0 then redis.pcall('HINCRBY', $stats, 'rescheduled', putsOff) end
concludeEnds(VERB, 'C', done.C, keep)
concludeEnds(VERB, 'F', done.F, keep)
local nextOne = redis.call('ZRANGE', $deadlines, '(0', '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
if nextOne then
  redis.pcall('ZADD', $timers, redis.call('ZSCORE', $deadlines, nextOne), 'deadline')
else
  redis.pcall('ZREM', $timers, 'deadline')
end
return { #done.C + #done.F, #due == limit and 1 or 0 }
