-- Tells how long the lists of queues are and how much was taken from them, as of one moment, and changes nothing.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1… queues
-- Returns: for each queue seven numbers: its suspects, what is ready by priority, what is set apart, what was ever taken
local P = KEYS[1]
local lengths, taken = {}, redis.pcall('HMGET', $taken, unpack(ARGV))
for i = 1, #ARGV do
  local queue = ARGV[i]
  lengths[#lengths + 1] = redis.call('LLEN', $suspects .. queue)
  for priority = 0, 3 do
    lengths[#lengths + 1] = redis.call('LLEN', $ready .. queue .. ':' .. priority)
  end
  lengths[#lengths + 1] = redis.call('ZCARD', $parked .. queue)
  lengths[#lengths + 1] = not taken.err and taken[i] or 0
end
return lengths
