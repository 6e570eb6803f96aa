-- Tells how long the lists of queues are, and changes nothing.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1… queues
-- Returns: for each queue six numbers: its suspects, what is ready by priority, what is set apart
local P = KEYS[1]
local lengths = {}
for i = 1, #ARGV do
  local queue = ARGV[i]
  lengths[#lengths + 1] = redis.call('LLEN', $suspects .. queue)
  for priority = 0, 3 do
    lengths[#lengths + 1] = redis.call('LLEN', $ready .. queue .. ':' .. priority)
  end
  lengths[#lengths + 1] = redis.call('ZCARD', $parked .. queue)
end
return lengths
