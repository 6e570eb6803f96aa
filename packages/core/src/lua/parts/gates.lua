-- What holds whole queues back: a pause of the queue, of a job's name or of everything, and limits and rates of queues. Most
-- shards have none of it, and one EXISTS tells. Needs now.
local gateTied
local isSpecial, hasRings = redis.call('EXISTS', $paused, $settings, $rings) > 0, false
if isSpecial then
  isSpecial, hasRings = redis.call('EXISTS', $paused, $settings) > 0, redis.call('EXISTS', $rings) == 1
end
-- nil: nothing holds the queue back. Else how many of its jobs may be taken now, and what they must be counted for.
local function gateOf(queue)
  if not isSpecial then return nil end
  if not gateTied then
    --@include rates
    --@include settings
    --@include quota
    local known, pauses = {}, redis.pcall('HMGET', $paused, '*', ':names')
    gateTied = function(name)
      if known[name] then return known[name] end
      local gate = { room = math.huge, names = tonumber(pauses[2] or 0) > 0 }
      local set = settingsOf(name)
      local quota = quotaOf(name, set)
      if type(set.limit) == 'number' then
        gate.limit = 'queue:' .. name
        local held = redis.pcall('SCARD', $holders .. gate.limit)
        if type(held) ~= 'number' then held = 0 end
        gate.room = math.max(0, quota.places - held)
        -- Places that come from another shard wake somebody.
        if held > 0 then gate.again = now() + 5000 end
      end
      if type(set.rate) == 'table' and type(set.rate[1]) == 'number' and type(set.rate[2]) == 'number' then
        local at, free = nil, quota.tokens
        if free then
          gate.tokens = 'tokens:' .. name
        else
          gate.rate = { 'queue:' .. name, set.rate[1], set.rate[2], set.rate[3] }
          at, free = room(gate.rate)
          -- What is there is for others: it comes or goes within a second.
          if free > 0 and free <= quota.spare then at = now() + 250 end
          free = math.max(0, free - quota.spare)
        end
        if free < gate.room then gate.room, gate.again = free, at end
      end
      if pauses[1] or redis.pcall('HEXISTS', $paused, name) == 1 then gate.room, gate.again = 0, nil end
      local rests = redis.pcall('HGET', $paused, 'until:' .. name)
      if type(rests) == 'string' and tonumber(rests) > now() then gate.room, gate.again = 0, rests
      elseif type(rests) == 'string' then redis.call('HDEL', $paused, 'until:' .. name) end
      gate.spend = function(count)
        gate.room = gate.room - count
        if gate.rate then for _ = 1, count do spend(gate.rate) end end
        if gate.tokens and count > 0 then redis.pcall('HINCRBY', $quotas, gate.tokens, -count) end
      end
      if gate.room == math.huge and not gate.names then gate = false end
      known[name] = gate
      return gate
    end
  end
  return gateTied(queue) or nil
end
