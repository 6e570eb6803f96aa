-- Runs jobs again, or now instead of later, with all their attempts. Goes to the end of the queue.
-- Transition: scheduled, succeeded, failed, cancelled -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4… ids
-- Returns: per job "OK", "GONE", "DAMAGED", "LOCKED" (another job holds a lock that this one needs), or its state's letter
--          when that is not among the expected ones
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include state
--@include ties
--@include hold
--@include stale
--@include quarantine
--@include loosen
--@include detach
--@include push
--@include put
--@include timer
--@include batch
--@include tail
--@include leave
--@include requeue
--@include audit
local who, reason, expected, outcomes, queues, done = ARGV[1], ARGV[2], ARGV[3], {}, {}, 0
redis.call('ZCARD', $failed)
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $scheduled)
redis.call('HLEN', $requeued)
redis.call('DEL', $none)
for i = 4, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if mark and string.find(expected, state, 1, true) and string.find('SDFC', state, 1, true) then
    local queue = requeueJob(id, state, mark, reason)
    if queue then
      audit(who, 'requeue', id, reason)
      queues[queue] = true
      done = done + 1
    end
    answer = queue and 'OK' or 'LOCKED'
  end
  outcomes[#outcomes + 1] = answer
end
if done > 0 then redis.pcall('HINCRBY', $stats, 'requeued', done) end
for queue in pairs(queues) do wake(queue) end
return outcomes
