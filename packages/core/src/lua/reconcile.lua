-- Makes Redis and a living worker agree: jobs of claims up to m that it does not hold go back to the front of their
-- queues; jobs it holds that are not open are named.
-- Transition: processing -> enqueued
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 m: the highest claim number that is settled, then per claim it holds: claim number, number of jobs, id…
-- Returns: {"LEASE_LOST"} or {"OK", how many went back, then per job that is not open: claim number, id}
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include loosen
local worker, settled = ARGV[1], ARGV[2]
local claims, held, reply, queues, moved = $processing .. worker, {}, { 'OK', 0 }, {}, 0
if not redis.call('ZSCORE', $leases, worker) then return { 'LEASE_LOST' } end
local numbers, highest = redis.call('HKEYS', claims), redis.call('HGET', claims, 'n')
redis.call('DEL', $none)
local claim = 3
while claim < #ARGV do
  local no, jobs = ARGV[claim], tonumber(ARGV[claim + 1])
  for i = claim + 2, claim + 1 + jobs do
    held[no .. ARGV[i]] = true
    if redis.pcall('SISMEMBER', claims .. ':' .. no, ARGV[i]) ~= 1 then
      reply[#reply + 1] = no
      reply[#reply + 1] = ARGV[i]
    end
  end
  claim = claim + 2 + jobs
end
--@include giveback
for i = 1, #numbers do
  local no = string.match(numbers[i], '^~(%d%d%d%d%d%d%d%d%d%d%d%d)')
  if no and tonumber(no) <= tonumber(settled) and not held[string.sub(numbers[i], 2)] then freeLingering(worker, numbers[i]) end
end
if not highest or tonumber(highest) < tonumber(settled) then redis.call('HSET', claims, 'n', settled) end
if moved > 0 then redis.pcall('HINCRBY', $stats, 'released', moved) end
for queue in pairs(queues) do wake(queue) end
reply[2] = moved
return reply
