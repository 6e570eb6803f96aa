-- Gives jobs that wait another queue or priority. An enqueued one goes to the end there.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4 queue (empty: as it is), 5 digit of the priority
--       (empty: as it is), 6… ids
-- Returns: "CODES" (this shard does not know the queue; nothing is written), or per job "OK", "GONE", "DAMAGED", or its
--          state's letter when that is not among the expected ones
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include state
--@include stale
--@include loosen
--@include detach
--@include enlist
--@include tail
--@include audit
local who, reason, expected, queue, digit, outcomes, wakes = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], {}, {}
--@include move
local code = queue == '' and '' or redis.call('HGET', $queues, queue)
if not code then return 'CODES' end
redis.call('DEL', $none)
local entry = string.sub(reason, 1, -2) .. ',"to":{"queue":"' .. queue .. '","priority":"' .. digit .. '"}}'
for i = 6, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if mark and string.find(expected, state, 1, true) and string.find('SEA', state, 1, true) then
    if moveJob(id, state, mark, code, digit, reason) then audit(who, 'move', id, entry) end
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
for name in pairs(wakes) do wake(name) end
return outcomes
