-- Stores new jobs that are tied to others, each with an answer of its own; once per call number of a producer's lane.
-- Transition: (none) -> enqueued, scheduled, awaiting, cancelled
-- KEYS: 1 prefix
-- ARGV: 1 client, 2 lane, 3 call number, 4 "1" if the lane should be remembered for another hour, 5 number of large payloads,
--       then per large payload: id, payload; then per group: queue, code, "now", "now<" (to the front), "in <ms>" or "at <ms
--       since 1970>", number of jobs, then per job: id, record
-- Returns: "OK", "ALREADY", "STALE", "CODES", {"FULL", queue} (nothing is stored), or a text with a word per job: "OK", "EXISTS", "=<id>" (that job holds a lock
--          that this one asks for), "~<id>" (it took the place of that job, under its id),
--          "!<id>" (that job, one of its parents, does not exist), "?<id>" (there is no such batch), "^<id>" (it has ended)
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include ties
--@include limits
--@include state
--@include follow
--@include ended
--@include trim
--@include hold
--@include attach
--@include timer
local VERB, earliest = 'admit', earliestDue()
redis.call('ZCARD', $deadlines)
redis.call('ZCARD', $awaiting)
redis.call('ZCARD', $cancelled)
redis.call('SCARD', $parents)
redis.call('SCARD', $extras)
--@include lane
--@include admit
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
if counts.enqueued + counts.scheduled + counts.cancelled == #words then return 'OK' end
-- For the call that is sent again.
local reply = table.concat(words, ' ')
redis.call('HSET', lanes, lane .. ' reply', number .. ' ' .. reply)
return reply
