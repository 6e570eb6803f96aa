-- Sends a running job to wait for children that its handler asked for, and stores these: all of it or nothing.
-- Transition: processing -> awaiting
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 id, 4 tail line, 5 number of large payloads, then these and the children, as in admit
-- Returns: "OK", "ALREADY", "LOST" or "GONE"; "CODES", {"FULL", queue} or "MANY" (too many children in all): nothing was done
local P = KEYS[1]
--@include admissible
--@include take
local worker, no, id, line = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.pcall('SISMEMBER', $processing .. worker .. ':' .. no, id) ~= 1 or not isMark(redis.pcall('GETRANGE', $job .. id, '0', '31')) then
  local _, answer = take(worker, no, id, 'D')
  return answer
end
--@include incoming
--@include admit
--@include children
if count + newChildren() > 5000 then return 'MANY' end
-- A full Redis refuses this, as it refuses any new job.
appendTail(id, line)
local mark = take(worker, no, id, 'D')
waitFrom(id, mark)
redis.call('SETRANGE', $job .. id, '0', 'A' .. string.sub(mark, 2, 7) .. NOBODY)
redis.call('ZADD', $awaiting, now(), id)
redis.pcall('HINCRBY', $stats, 'deferred', 1)
tell('suspend', 'A', { id })
storePayloads()
--@include arrive
local children, at, n, isMissing = {}, firstGroup, 0, false
while at < #ARGV do
  local last = at + 3 + 2 * tonumber(ARGV[at + 3])
  for i = at + 4, last, 2 do
    n = n + 1
    local child = standsFor(ARGV[i], words[n])
    if child then children[#children + 1] = { child, 'DFC' } else missing(ARGV[i], ARGV[i + 1], words[n]) end
    isMissing = isMissing or not child
    known[#known + 1] = child or ARGV[i]
  end
  at = last + 1
end
link(children, id)
redis.call('HSET', $inputs .. id, '#', table.concat(known, ' '))
redis.call('SADD', $extras, id)
if redis.call('EXISTS', $waits .. id) == 0 then
  -- A handler that asks for the same child again would do so without pause.
  if isMissing then redis.call('HSET', $waits .. id, '+', 1000) end
  letGo(id)
end
return 'OK'
