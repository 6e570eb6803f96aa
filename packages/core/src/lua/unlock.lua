-- Frees the key of a unique job that neither waits nor runs any more.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 lock, 4 the job that has it
-- Returns: "OK", "GONE" (that job does not have it), or the letter of the job's state when it waits or runs
local P = KEYS[1]
--@include place
--@include state
--@include audit
local who, reason, lock, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.pcall('GET', $lock .. lock) ~= id then return 'GONE' end
local state = stateOf(id)
if state and string.find('SEAP', state, 1, true) then return state end
redis.call('DEL', $lock .. lock)
audit(who, 'unlock', lock, string.sub(reason, 1, -2) .. ',"job":"' .. id .. '"}')
return 'OK'
