-- The jobs of a call stand in ARGV: 5 number of large payloads, then these as id, payload, then groups as in enqueue. Ends the
-- script when a queue has another code, or no room. Gives firstGroup, and storePayloads.
local firstGroup = 6 + 2 * tonumber(ARGV[5])
do
  local at = firstGroup
  while at < #ARGV do
    if redis.call('HGET', $queues, ARGV[at]) ~= ARGV[at + 1] then return 'CODES' end
    at = at + 4 + 2 * tonumber(ARGV[at + 3])
  end
end
if redis.call('EXISTS', $settings) == 1 then
  --@include capacity
  local full = fullQueue()
  if full then return { 'FULL', full } end
end
if firstGroup > 6 then redis.call('SCARD', $extras) end
local function storePayloads()
  for i = 6, firstGroup - 2, 2 do
    -- A job that exists keeps its own.
    if redis.call('SET', $payload .. ARGV[i], ARGV[i + 1], 'NX') then redis.call('SADD', $extras, ARGV[i]) end
  end
end
