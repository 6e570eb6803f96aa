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
--@include detach
--@include quarantine
--@include push
--@include put
--@include timer
--@include batch
--@include tail
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
  local allowed = mark and string.find(expected, state, 1, true) and string.find('SDFC', state, 1, true)
  local ties = allowed and isTied(mark) and tiesOf(id) or {}
  local locks, locked = tiesTo(ties.locks, 0), false
  for l = 1, #locks do locked = locked or locks[l][2] ~= 'window' and holderOf(locks[l], id) end
  if locked then
    answer = 'LOCKED'
  elseif allowed then
    if state == 'D' then
      -- Its entry in the list of finished jobs stops to count, and the trim must spare the job when it meets that entry.
      redis.call('HINCRBY', $requeued, id, 1)
      countStale('succeeded', 1)
    else
      detach(id, state, mark)
    end
    hold(locks, id)
    if type(ties.batch) == 'string' and state ~= 'S' then countAgain(ties.batch, state) end
    appendTail(id, '\nQ - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
    queues[put('RPUSH', id, string.sub(mark, 1, 5) .. '00' .. string.sub(mark, 8))] = true
    audit(who, 'requeue', id, reason)
    tell('requeue', 'E', { id })
    done = done + 1
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
if done > 0 then redis.pcall('HINCRBY', $stats, 'requeued', done) end
for queue in pairs(queues) do wake(queue) end
return outcomes
