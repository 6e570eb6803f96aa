-- Lets children of ended jobs go on, as far as that was left for later.
-- Transition: awaiting -> enqueued, scheduled, cancelled
-- KEYS: 1 prefix
-- ARGV: 1 most children in this call
-- Returns: {1 if more are left}
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include follow
local most = tonumber(ARGV[1])
redis.call('LLEN', $todo)
redis.call('ZCARD', $scheduled)
redis.call('ZCARD', $cancelled)
redis.call('DEL', $none)
for _ = 1, most do
  local entry = most > 0 and redis.call('LPOP', $todo)
  if not entry then break end
  local letter, parent, left = string.match(entry, '^(%u)(%S+) (%-?%d+)$')
  if letter then most = follow(parent, letter, most, tonumber(left)) - 1 end
end
if redis.call('EXISTS', $todo) == 1 then return { 1 } end
redis.pcall('ZREM', $timers, 'todo')
return { 0 }
