-- Removes jobs and all that is known of them. A running one only by force; its worker is told.
-- Transition: scheduled, enqueued, awaiting, succeeded, failed, cancelled (processing by force) -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters; P only by force), 4… ids
-- Returns: per job "OK", "GONE", "DAMAGED", or its state's letter when that is not among the expected ones
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include state
--@include stale
--@include detach
--@include ended
--@include audit
--@include trim
--@include leave
--@include delete
local who, reason, expected, outcomes, done = ARGV[1], ARGV[2], ARGV[3], {}, {}
redis.call('HLEN', $requeued)
redis.call('ZCARD', $failed)
redis.call('ZCARD', $cancelled)
redis.call('ZCARD', $scheduled)
redis.call('DEL', $none)
for i = 4, #ARGV do
  local id = ARGV[i]
  local state, mark = stateOf(id)
  local answer = not state and 'GONE' or state == 'X' and 'DAMAGED' or state
  if mark and string.find(expected, state, 1, true) then
    deleteJob(id, state, mark)
    audit(who, 'delete', id, reason)
    done[#done + 1] = id
    answer = 'OK'
  end
  outcomes[#outcomes + 1] = answer
end
if #done > 0 then redis.pcall('HINCRBY', $stats, 'deleted', #done) end
tell('delete', '-', done)
return outcomes
