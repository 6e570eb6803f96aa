-- Runs scheduled jobs now instead of later; their attempts so far count. Goes to the end of the queue.
-- Transition: scheduled -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4… ids
-- Returns: per job "OK", "GONE", "DAMAGED", or its state's letter when that is not among the expected ones
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include state
--@include tail
--@include audit
local who, reason, expected, outcomes, queues, done = ARGV[1], ARGV[2], ARGV[3], {}, {}, 0
redis.call('ZCARD', $scheduled)
redis.call('DEL', $none)
for i = 4, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if state == 'S' and string.find(expected, state, 1, true) then
    redis.call('ZREM', $scheduled, id)
    appendTail(id, '\nH - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
    queues[put('RPUSH', id, mark)] = true
    audit(who, 'promote', id, reason)
    tell('hasten', 'E', { id })
    done = done + 1
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
if done > 0 then redis.pcall('HINCRBY', $stats, 'hastened', done) end
for queue in pairs(queues) do wake(queue) end
return outcomes
