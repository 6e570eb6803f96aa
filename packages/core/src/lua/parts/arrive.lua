-- Stores the jobs of a call, each with an answer of its own (words), and counts them. Needs firstGroup, admit.
local group, words, counts = firstGroup, {}, { enqueued = 0, scheduled = 0, cancelled = 0 }
--@include together
while group < #ARGV do
  local kind, ms, jobs = string.sub(ARGV[group + 2], 1, 2), tonumber(string.sub(ARGV[group + 2], 4)), tonumber(ARGV[group + 3])
  local due, toFront = nil, ARGV[group + 2] == 'now<'
  if kind == 'in' then due = now() + ms elseif kind == 'at' then due = ms end
  if ARGV[group + 2] == 'now' then
    for from = group + 4, group + 3 + 2 * jobs, 1000 do together(from, math.min(from + 999, group + 3 + 2 * jobs)) end
  else
    for i = group + 4, group + 3 + 2 * jobs, 2 do one(ARGV[i], ARGV[i + 1], due, toFront) end
  end
  group = group + 4 + 2 * jobs
end
for queue in pairs(queues) do wake(queue) end
for counter, count in pairs(counts) do
  if count > 0 then redis.pcall('HINCRBY', $stats, counter, count) end
end
