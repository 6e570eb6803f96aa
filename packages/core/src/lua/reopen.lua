-- Lets parked jobs try again when what blocked them may be over: a rate has room, a limit lost a holder without a word.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 most reasons in this call
-- Returns: {next timer (ms, -1 none), 1 if timekeeper, then what else is due: "deadline", "todo" (children of ended jobs),
--          "ticks" (of recurring jobs), "draft:", "launch:", "halt:" or "forget:" and a batch, "operation:"
--          and an operation}
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include ties
--@include limits
--@include stale
--@include loosen
--@include detach
--@include timekeeper
--@include holder
--@include reopen
local worker, most, reply = ARGV[1], tonumber(ARGV[2]), {}
local OTHERS = { deadline = true, todo = true, ticks = true, draft = true, launch = true, halt = true, forget = true,
  operation = true }
redis.call('ZCARD', $timers)
redis.call('DEL', $none)
local due = redis.call('ZRANGE', $timers, '-inf', now(), 'BYSCORE', 'LIMIT', 0, most)
for i = 1, #due do
  local kind = string.match(due[i], '^%a+')
  if OTHERS[kind] then reply[#reply + 1] = due[i] else reopen(due[i]) end
  -- One worker is enough: the next one is asked when this one has not gone on with it.
  if kind == 'operation' then redis.call('ZADD', $timers, now() + 2000, due[i]) end
end
local _, keeper, timer = keepTime(worker)
return { timer, keeper, unpack(reply) }
