-- Frees a place of a limit that a job has without any right to it, and lets the next one in line go.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 who and why (a JSON object), 3 key of the limit, 4 who has the place: worker, claim and job
-- Returns: "OK", "GONE" (it has none), "runs" (a worker that lives has the job), "stops" (a person has ended the job, and its
--          handler may still run), or "waits" (its turn has come, and it waits for a slot)
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include ties
--@include limits
--@include holder
--@include audit
local who, reason, key, member = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('SISMEMBER', $holders .. key, member) == 0 then return 'GONE' end
local right = rightOf(member)
if right then return right end
redis.call('ZCARD', $timers)
redis.call('SREM', $holders .. key, member)
audit(who, 'free', key, string.sub(reason, 1, -2) .. ',"job":"' .. string.sub(member, 25) .. '"}')
unpark('limit:' .. key, 1)
return 'OK'
