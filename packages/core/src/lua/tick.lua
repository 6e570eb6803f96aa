-- Enqueues the runs of recurring jobs whose ticks have come, once per tick: whoever is first moves the tick on.
-- Transition: (none) -> enqueued, scheduled
-- KEYS: 1 prefix
-- ARGV: per recurring job: id, version, tick that is due (ms; empty: a run by hand), next tick (ms; "inf": none), "allow" or
--       "skip" while the last run has not ended, how many were missed and not run, who (empty: it is a tick) and reason (JSON
--       text) of a run by hand, number of runs, then per run: its tick (ms), start (ms; empty: now), job id, record
-- Returns: per recurring job "OK", "STALE" (somebody else was first, or it was changed), "EARLY", "GONE", or "CODES" (a record
--          names a queue by a code that there is not)
local P = KEYS[1]
--@include admission
--@include ticking
--@include audit
local VERB, earliest, outcomes, at = 'tick', earliestDue(), {}, 1
redis.call('ZCARD', $deadlines)
redis.call('ZCARD', $ticks)
redis.call('ZCARD', $timers)
--@include admit
--@include run
while at < #ARGV do
  local runs = tonumber(ARGV[at + 8])
  outcomes[#outcomes + 1] = tick(at, runs)
  at = at + 9 + 4 * runs
end
for queue in pairs(queues) do wake(queue) end
return outcomes
