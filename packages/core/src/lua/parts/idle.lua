-- A claim that got less than it asked registers its worker as idle; one that left jobs behind passes the wake-up on.
reply[3], reply[4], reply[6] = keepTime(worker, nextDue)
if count < most and bytes < 4194304 and reply[7] == 0 then
  -- Nobody wakes who stands here the longest, so nobody else notices that it died. One queue a claim is enough.
  local idle = $idle .. ARGV[firstQueue + now() % (#ARGV - firstQueue + 1)]
  local oldest = redis.pcall('ZRANGE', idle, 0, 0)[1]
  if oldest and type(redis.pcall('ZSCORE', $leases, oldest)) ~= 'string' then redis.pcall('ZREM', idle, oldest) end
  for i = firstQueue, #ARGV do redis.pcall('ZADD', $idle .. ARGV[i], now(), worker) end
else
  local others = {}
  for i = firstQueue, #ARGV do
    others[#others + 1] = $idle .. ARGV[i]
    if wasIdle then redis.pcall('ZREM', $idle .. ARGV[i], worker) end
  end
  if redis.call('EXISTS', unpack(others)) > 0 then
    for i = firstQueue, #ARGV do
      local list, ring = $ready .. ARGV[i] .. ':', $groups .. ARGV[i] .. ':'
      if redis.call('EXISTS', list .. 0, list .. 1, list .. 2, list .. 3, ring .. 0, ring .. 1, ring .. 2, ring .. 3) > 0 then wake(ARGV[i]) end
    end
  end
end
