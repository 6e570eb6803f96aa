-- Adds to the history what a worker has measured since its last call, and what all have counted since anybody's last call.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who measures, 2 number of the call, 3 spans ("<seconds> <kept for, seconds>,…"), then per measure: field, how often
-- Returns: "OK" or "ALREADY"
local P = KEYS[1]
--@include now
local recorder, number, spans, HOUR_MS = ARGV[1], ARGV[2], ARGV[3], 3600000
local COUNTED = { 'enqueued', 'scheduled', 'succeeded', 'retried', 'failed', 'cancelled' }
local last = redis.call('GET', $told .. recorder)
if last and tonumber(number) <= tonumber(last) then return 'ALREADY' end
local totals, seen = redis.pcall('HMGET', $stats, unpack(COUNTED)), redis.pcall('HMGET', $counted, unpack(COUNTED))
local added, known = {}, {}
for i = 4, math.min(#ARGV, 603) do added[i - 3] = ARGV[i] end
-- Without a first look nobody knows when it was counted: history begins with that look.
for i = 1, (totals.err or seen.err) and 0 or #COUNTED do
  local total = tonumber(totals[i] or 0)
  local rise = total - tonumber(seen[i] or total)
  if rise > 0 then added[#added + 1], added[#added + 2] = COUNTED[i], rise end
  if rise ~= 0 or not seen[i] then known[#known + 1], known[#known + 2] = COUNTED[i], total end
end
redis.call('DEL', $none)
redis.call('SET', $told .. recorder, number, 'PX', HOUR_MS)
if #known > 0 then redis.call('HSET', $counted, unpack(known)) end
for seconds, keep in string.gmatch(#added > 0 and spans or '', '(%d+) (%d+)') do
  local key = $tally .. seconds .. ':' .. math.floor(now() / 1000 / seconds)
  for i = 1, #added, 2 do redis.pcall('HINCRBY', key, added[i], added[i + 1]) end
  redis.pcall('EXPIRE', key, keep)
end
return 'OK'
