-- Makes jobs that wait due at another time.
-- Transition: scheduled, enqueued -> scheduled
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4 "in <ms>" or "at <ms since 1970>", 5… ids
-- Returns: per job "OK", "GONE", "DAMAGED", or its state's letter when that is not among the expected ones
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include push
--@include state
--@include stale
--@include loosen
--@include detach
--@include tail
--@include due
--@include audit
redis.call('ZCARD', $scheduled)
--@include reschedule
local who, reason, expected, when, outcomes, done = ARGV[1], ARGV[2], ARGV[3], ARGV[4], {}, 0
local due = tonumber(string.sub(when, 4)) + (string.sub(when, 1, 2) == 'in' and now() or 0)
redis.call('DEL', $none)
local entry = string.sub(reason, 1, -2) .. ',"to":{"at":' .. string.format('%.0f', due) .. '}}'
for i = 5, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if mark and string.find(expected, state, 1, true) and string.find('SE', state, 1, true) then
    if rescheduleJob(id, state, mark, due, reason) then
      audit(who, 'reschedule', id, entry)
      done = done + 1
    end
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
if done > 0 then redis.pcall('HINCRBY', $stats, 'rescheduled', done) end
return outcomes
