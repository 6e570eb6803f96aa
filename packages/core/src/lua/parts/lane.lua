-- The fence of a producer's call: executed once per lane and number. Needs P; gives firstGroup and store.
local lanes, lane, number, prolong = $producer .. ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local last = redis.call('HGET', lanes, lane)
if last == number then
  -- What a call of more than one word answered is remembered until the next such call.
  local reply = redis.call('HGET', lanes, lane .. ' reply')
  local words = reply and string.match(reply, '^' .. number .. ' (.*)$')
  return words or 'ALREADY'
end
if last and tonumber(number) < tonumber(last) then return 'STALE' end
--@include incoming
redis.call('HSET', lanes, lane, number)
if prolong or not last then redis.call('PEXPIRE', lanes, 3600000) end
storePayloads()
-- Stores the jobs that stand in ARGV as id, record from `from` to `to`. Returns the ids that were new; adds the others to
-- `existing`.
local function store(from, to, existing)
  local pairs_, ids, new = {}, {}, {}
  for i = from, to, 2 do
    local n = i - from + 1
    ids[#ids + 1] = ARGV[i]
    pairs_[n], pairs_[n + 1] = $job .. ARGV[i], ARGV[i + 1]
  end
  if redis.call('MSETNX', unpack(pairs_)) == 1 then return ids end
  for i = 1, #ids do
    if redis.call('SETNX', pairs_[2 * i - 1], pairs_[2 * i]) == 1 then new[#new + 1] = ids[i]
    else existing[#existing + 1] = ids[i] end
  end
  return new
end
