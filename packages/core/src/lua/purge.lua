-- Removes jobs that wait in a queue, a bounded number a call.
-- Transition: enqueued -> (none)
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 queue, 4 most entries in this call, 5 "1" on the first call of a purge
-- Returns: {"MORE", removed} or {"DONE", removed}
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include ended
--@include audit
--@include stale
--@include trim
local who, reason, queue, limit, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local code, removed, left = redis.call('HGET', $queues, queue) or '', 0, limit
redis.call('DEL', $none)
if first then audit(who, 'purge', queue, reason) end
--@include emptying
-- First what is parked: nobody else gets the places of what is removed. A sorted set, whose entries are never stale.
empty($parked .. queue, 'B')
empty($suspects .. queue, 's')
for priority = 0, 3 do
  empty($ready .. queue .. ':' .. priority, priority)
  emptyRing(queue .. ':' .. priority, priority)
end
if removed > 0 then redis.pcall('HINCRBY', $stats, 'deleted', removed) end
return { left > 0 and 'DONE' or 'MORE', removed }
