-- Sends a running job to wait for children that its handler asked for, and stores these: all of it or nothing.
-- Transition: processing -> awaiting
-- KEYS: 1 prefix
-- ARGV: 1 worker, 2 claim number, 3 id, 4 tail line, 5 number of large payloads, then these and the children, as in admit
-- Returns: "OK", "ALREADY", "LOST" or "GONE"; "CODES" or {"FULL", queue}: nothing was done
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
-- A full Redis refuses this, as it refuses any new job.
appendTail(id, line)
local mark = take(worker, no, id, 'D')
redis.call('SETRANGE', $job .. id, '0', 'A' .. string.sub(mark, 2, 7) .. NOBODY)
redis.call('ZADD', $awaiting, now(), id)
redis.pcall('HINCRBY', $stats, 'deferred', 1)
tell('suspend', 'A', { id })
storePayloads()
--@include arrive
-- A job that stands for a child is waited for as well, unless it may itself be waiting for this one.
local function waitsFor(child, word)
  local other = string.match(word, '^[=~](.*)$')
  if not other or string.byte(word) == 126 then return other or child end
  local state = stateOf(other)
  return other ~= id and state and state ~= 'A' and state ~= 'X' and other
end
local children, at, n = {}, firstGroup, 0
while at < #ARGV do
  local last = at + 3 + 2 * tonumber(ARGV[at + 3])
  for i = at + 4, last, 2 do
    n = n + 1
    local child = waitsFor(ARGV[i], words[n])
    if child then children[#children + 1] = { child, 'DFC' } end
  end
  at = last + 1
end
link(children, id)
if redis.call('EXISTS', $waits .. id) == 0 then letGo(id) end
return 'OK'
