-- Counts how members of batches end, in the script of the transition that ends them: once each, because that is. A batch that is
-- gone stays gone. Batches may be members of others. Needs now, push, timer.
local COUNTERS = { D = 'succeeded', F = 'failed', C = 'cancelled', X = 'cancelled' }
local function isBatch(id)
  return type(redis.pcall('HGET', $batch .. id, 'state')) == 'string'
end
-- A member waits for something else than the launch: a launch that is to come, or under way, must look.
local function markMixed(id)
  local state, cursor = unpack(redis.pcall('HMGET', $batch .. id, 'state', 'cursor'))
  if state == 'draft' or cursor then redis.call('HSET', $batch .. id, 'mixed', 1) end
end
-- Its children go on by the list of what is left to do: whoever ends a member may be in the middle of another list.
local function tellChildren(id, letter)
  if redis.call('EXISTS', $children .. id) == 0 then return end
  push('RPUSH', $todo, letter .. id .. ' -1')
  setTimer('todo', now(), 'LT')
end
-- Ends a batch that is open and in which nothing is pending. Gives the letter of its end and the batch around it; nil: it lives.
local function endBatch(id)
  local key = $batch .. id
  local state, ended, failed, cancelled, halted, lost, outer =
    unpack(redis.call('HMGET', key, 'state', 'ended', 'failed', 'cancelled', 'halted', 'lost', 'outer'))
  if state ~= 'open' or ended ~= '' then return nil end
  local letter = halted and 'C' or failed == '0' and cancelled == '0' and 'D' or 'F'
  redis.call('HSET', key, 'ended', letter, 'endedAt', now())
  tellChildren(id, letter)
  -- A member that was removed will never succeed.
  if letter == 'F' and lost then tellChildren(id, 'X') end
  setTimer('forget:' .. id, now() + 604800000)
  redis.call('PUBLISH', $ended, id)
  return letter, outer
end
-- A member has ended by this letter; X: it was removed instead; Z: it was removed after it had ended without success.
local function countEnd(id, letter)
  for _ = 1, 20 do
    local key = $batch .. id
    if not isBatch(id) then return end
    if letter == 'X' or letter == 'Z' then redis.pcall('HINCRBY', key, 'lost', 1) end
    if letter == 'Z' then
      if redis.call('HGET', key, 'ended') == 'F' then tellChildren(id, 'X') end
      return
    end
    local left = redis.pcall('HINCRBY', key, 'pending', -1)
    redis.pcall('HINCRBY', key, COUNTERS[letter], 1)
    if type(left) ~= 'number' or left > 0 then return end
    local outer
    letter, outer = endBatch(id)
    if not letter or not outer then return end
    if isBatch(outer) then redis.pcall('HINCRBY', $batch .. outer, 'inner', -1) end
    id = outer
  end
end
-- Ends a batch in which nothing was pending, and counts that for the one around it.
local function endEmpty(id)
  local letter, outer = endBatch(id)
  if not letter or not outer or not isBatch(outer) then return end
  redis.pcall('HINCRBY', $batch .. outer, 'inner', -1)
  countEnd(outer, letter)
end
-- A member that had ended by this letter runs again, and so do the batches that had ended with it.
local function countAgain(id, letter)
  for _ = 1, 20 do
    local key = $batch .. id
    if not isBatch(id) then return end
    redis.pcall('HINCRBY', key, 'pending', 1)
    redis.pcall('HINCRBY', key, COUNTERS[letter], -1)
    local ended, outer, halted = unpack(redis.call('HMGET', key, 'ended', 'outer', 'halted'))
    if ended == '' then
      if halted then redis.pcall('HINCRBY', key, 'again', 1) end
      return
    end
    redis.call('HSET', key, 'ended', '')
    redis.call('HDEL', key, 'endedAt', 'halted', 'halt', 'again')
    redis.pcall('ZREM', $timers, 'forget:' .. id)
    if not outer then return end
    if isBatch(outer) then redis.pcall('HINCRBY', $batch .. outer, 'inner', 1) end
    id, letter = outer, ended
  end
end
