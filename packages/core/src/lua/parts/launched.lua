-- The end of a call of launch: what may run goes to its queues, and the next call is prepared.
for list, some in pairs(lists) do push('RPUSH', list, unpack(some)) end
for queue in pairs(queues) do wake(queue) end
tell('launch', 'E', moved)
if #moved > 0 then redis.pcall('HINCRBY', $stats, 'enqueued', #moved) end
if #ids < most then
  redis.call('HDEL', key, 'cursor')
  redis.pcall('ZREM', $timers, 'launch:' .. id)
else
  redis.call('HSET', key, 'cursor', cursor + #ids)
  setTimer('launch:' .. id, now() + 10000)
end
