-- Counts failed jobs by queue and name, those that failed last first. Changes nothing.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 how many of the newest are passed over, 2 how many are looked at, at most 1,000
-- Returns: for each queue with each name: queue, name, how many
local P = KEYS[1]
local from, counts, kinds, reply = tonumber(ARGV[1]), {}, {}, {}
local jobs = redis.call('ZREVRANGE', $failed, from, from + math.min(tonumber(ARGV[2]), 1000) - 1)
for i = 1, #jobs do
  -- The code of the queue stands behind the state, the name of at most 128 characters behind the mark.
  local head = redis.pcall('GETRANGE', $job .. jobs[i], 1, 160)
  local name = type(head) == 'string' and string.match(head, '^[^ \n]+', 32)
  if name then
    local kind = string.sub(head, 1, 3) .. name
    if not counts[kind] then kinds[#kinds + 1] = kind end
    counts[kind] = (counts[kind] or 0) + 1
  end
end
for i = 1, #kinds do
  reply[3 * i - 2] = redis.call('HGET', $queues, '#' .. string.sub(kinds[i], 1, 3)) or ''
  reply[3 * i - 1] = string.sub(kinds[i], 4)
  reply[3 * i] = counts[kinds[i]]
end
return reply
