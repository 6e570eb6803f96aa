-- Puts the jobs of a dead worker back to the front of their queues. Checks the expiry again; removes the lease first.
-- Transition: processing -> enqueued, or failed (poison)
-- KEYS: 1 prefix
-- ARGV: 1 the dead worker, 2 most jobs in this call, 3 how many failed jobs to keep
-- Returns: {"NONE"}, {"ALIVE"}, {"GRACE"}, {"MORE", moved} or {"DONE", moved}
local P = KEYS[1]
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include loosen
--@include tail
--@include ended
--@include stale
--@include trim
--@include bury
local worker, limit, keep = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local claims, moved, poisoned, queues = $processing .. worker, 0, {}, {}
local expiry, unfinished = redis.call('ZSCORE', $leases, worker), redis.call('SISMEMBER', $rescuing, worker) == 1
local numbers, suspect = redis.call('HKEYS', claims), redis.call('HGET', claims, 'suspect')
redis.call('ZCARD', $failed)
if not unfinished then
  if not expiry then return { 'NONE' } end
  if tonumber(expiry) > now() then return { 'ALIVE' } end
  if tonumber(redis.call('HGET', $sweep, 'graceUntil') or 0) > now() then return { 'GRACE' } end
  redis.call('ZREM', $leases, worker)
  redis.call('SADD', $rescuing, worker)
  redis.pcall('HDEL', $workers, worker)
  redis.pcall('HDEL', $loads, worker)
  if suspect and redis.pcall('SISMEMBER', claims .. ':' .. string.sub(suspect, 1, 12), string.sub(suspect, 14)) ~= 1 then
    redis.call('HDEL', claims, 'suspect')
    suspect = false
  end
end
--@include recover
table.sort(numbers, function(a, b) return a > b end)
local left = false
for c = 1, #numbers do
  if string.find(numbers[c], '^~') then freeLingering(worker, numbers[c]) end
  if string.find(numbers[c], '^%d') and not recoverClaim(numbers[c]) then
    left = true
    break
  end
end
if moved > 0 then redis.pcall('HINCRBY', $stats, 'rescued', moved) end
if #poisoned > 0 then
  redis.pcall('HINCRBY', $stats, 'failed', #poisoned)
  announceEnd(poisoned, 'F')
  trimSorted($failed, keep, '(0', 2 * #poisoned)
end
for queue in pairs(queues) do wake(queue) end
if left then return { 'MORE', moved } end
redis.call('DEL', claims)
redis.call('SREM', $rescuing, worker)
return { 'DONE', moved }
