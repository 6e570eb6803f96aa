-- This shard's part of a queue's settings: all of it when the queue is in one shard, else what the steward has allotted (allot).
-- `places`: how many jobs may run; `tokens`: how many may start, nil: as the rate says, but for `spare`.
local function quotaOf(name, set)
  if type(set.shards) ~= 'number' then return { places = set.limit, spare = 0 } end
  local places, tokens, spare = unpack(redis.pcall('HMGET', $quotas, 'places:' .. name, 'tokens:' .. name, 'spare:' .. name))
  if set.home then
    return { places = math.min(set.limit or 0, tonumber(places) or math.huge), spare = tonumber(spare) or 0 }
  end
  return { places = math.min(set.limit or 0, tonumber(places) or 0), tokens = tonumber(tokens) or 0 }
end
