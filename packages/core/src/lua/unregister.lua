-- Ends a worker that holds no job: its lease and all that names it.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2… its queues
-- Returns: "OK", or "OPEN" while a claim is open (nothing is written)
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
local worker = ARGV[1]
local fields = redis.call('HKEYS', $processing .. worker)
for i = 1, #fields do
  if string.find(fields[i], '^%d') then return 'OPEN' end
end
redis.call('ZREM', $leases, worker)
for i = 1, #fields do
  if string.find(fields[i], '^~') then freeLingering(worker, fields[i]) end
end
redis.call('DEL', $processing .. worker)
redis.pcall('HDEL', $workers, worker)
redis.pcall('HDEL', $loads, worker)
for i = 2, #ARGV do redis.pcall('ZREM', $idle .. ARGV[i], worker) end
if redis.pcall('GET', $timekeeper) == worker then redis.call('DEL', $timekeeper) end
return 'OK'
