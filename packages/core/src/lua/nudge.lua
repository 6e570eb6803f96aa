-- A worker that was woken and cannot serve passes the wake-up on.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2… its queues
-- Returns: "OK"
local P = KEYS[1]
--@include now
--@include wake
local worker = ARGV[1]
redis.call('DEL', $none)
for i = 2, #ARGV do
  local queue = ARGV[i]
  local list, ring = $ready .. queue .. ':', $groups .. queue .. ':'
  redis.pcall('ZREM', $idle .. queue, worker)
  if redis.call('EXISTS', list .. 0, list .. 1, list .. 2, list .. 3, ring .. 0, ring .. 1, ring .. 2, ring .. 3) > 0 then wake(queue) end
end
return 'OK'
