-- Reads what this shard does with the limits of queues, and sets its part of them (docs/protocol.md §23).
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 turn: calls with a lower one, or with the same, come too late; 2… per queue: name, places (empty: as they are),
--       tokens of its rate to add (negative: to take), tokens to leave to others (empty: as it is)
-- Returns: {"STALE", highest turn}, or {"OK", per queue: places (-1: never set), jobs that have one, jobs that wait, tokens it
--          has, tokens that were taken, tokens it leaves to others}
local P = KEYS[1]
--@include now
--@include wake
--@include quarantine
--@include rates
--@include waiting
--@include settings
local turn, reply = ARGV[1], { 'OK' }
local highest = redis.pcall('HGET', $quotas, 'turn')
if type(highest) == 'table' then
  setAside($quotas, 'quotas')
  highest = nil
end
if highest and tonumber(turn) <= tonumber(highest) then return { 'STALE', tonumber(highest) } end
redis.call('DEL', $none)
redis.call('HSET', $quotas, 'turn', turn)
-- Takes tokens from the bucket or window of the whole queue, as many as there are.
local function take(queue, rate, most)
  local own = { 'queue:' .. queue, rate[1], rate[2], rate[3] }
  local _, free = room(own)
  local taken = math.max(0, math.min(most, free))
  for _ = 1, taken do spend(own) end
  return taken
end
local function addTokens(queue, count)
  local tokens = math.max(0, tonumber(redis.call('HGET', $quotas, 'tokens:' .. queue) or 0) + count)
  redis.call('HSET', $quotas, 'tokens:' .. queue, tokens)
end
for i = 2, #ARGV, 4 do
  local queue, places, tokens, spare = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3]
  local set, taken = settingsOf(queue), 0
  if places ~= '' then redis.call('HSET', $quotas, 'places:' .. queue, places) end
  if spare ~= '' then redis.call('HSET', $quotas, 'spare:' .. queue, spare) end
  if tokens < 0 and set.home and type(set.rate) == 'table' then taken = take(queue, set.rate, -tokens)
  elseif tokens ~= 0 then addTokens(queue, tokens) end
  if places ~= '' or tokens > 0 then wake(queue) end
  local held = redis.pcall('SCARD', $holders .. 'queue:' .. queue)
  reply[#reply + 1] = tonumber(redis.call('HGET', $quotas, 'places:' .. queue) or -1)
  reply[#reply + 1] = type(held) == 'number' and held or 0
  reply[#reply + 1] = waitingIn(queue)
  reply[#reply + 1] = tonumber(redis.call('HGET', $quotas, 'tokens:' .. queue) or 0)
  reply[#reply + 1] = taken
  reply[#reply + 1] = tonumber(redis.call('HGET', $quotas, 'spare:' .. queue) or 0)
end
return reply
