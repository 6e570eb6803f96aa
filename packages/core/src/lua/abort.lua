-- Ends an operation before its end; what it has changed stays.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 id
-- Returns: "OK", "ALREADY" (it has ended) or "GONE"
local P = KEYS[1]
--@include now
--@include audit
--@include conclude
local who, reason, id = ARGV[1], ARGV[2], ARGV[3]
local state = redis.call('HGET', $operation .. id, 'state')
if not state then return 'GONE' end
if state ~= 'running' then return 'ALREADY' end
redis.call('DEL', $none)
conclude(id, 'cancelled', who, reason)
return 'OK'
