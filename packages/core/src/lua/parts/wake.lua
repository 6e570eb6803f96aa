-- Wakes one idle worker of a queue: the freshest one that has a live lease. Needs `now`.
local function wake(queue)
  for _ = 1, 8 do
    local idle = redis.pcall('ZPOPMAX', $idle .. queue)
    if not idle[1] then return end
    local expiry = redis.pcall('ZSCORE', $leases, idle[1])
    if type(expiry) == 'string' and tonumber(expiry) > now() then
      redis.call('PUBLISH', $wake .. idle[1], 'ready')
      return
    end
  end
end
