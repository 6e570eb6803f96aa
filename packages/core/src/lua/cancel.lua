-- Ends jobs that a person does not want to run. A running one loses its claim; its worker is told.
-- Transition: scheduled, enqueued, awaiting, processing -> cancelled
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4 how many cancelled jobs to keep, 5… ids
-- Returns: per job "OK", "GONE", "DAMAGED", or its state's letter when that is not among the expected ones
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
--@include audit
--@include trim
--@include bury
local VERB, who, reason, expected, keep, outcomes, done = 'cancel', ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), {}, {}
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $scheduled)
redis.call('DEL', $none)
for i = 5, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if mark and string.find(expected, state, 1, true) and string.find('SEAP', state, 1, true) then
    cancelJob(id, state, mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
    audit(who, VERB, id, reason)
    done[#done + 1] = id
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
concludeEnds(VERB, 'C', done, keep)
return outcomes
