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
--@include admissible
--@include lane
--@include admit
--@include arrive
if counts.enqueued + counts.scheduled + counts.cancelled == #words then return 'OK' end
-- For the call that is sent again.
local reply = table.concat(words, ' ')
redis.call('HSET', lanes, lane .. ' reply', number .. ' ' .. reply)
return reply
