-- Needs id, key, who, reason, halted, most, done, and the parts of halt.
local function nothing()
  redis.pcall('ZREM', $timers, 'halt:' .. id)
  return 'ENDED'
end
-- Nobody will run its failed members again: what waits for its success is cancelled.
local function giveUp()
  redis.call('HSET', key, 'ended', 'C', 'halted', reason)
  audit(who, 'cancel', id, reason)
  tellChildren(id, 'C')
  return 'DONE'
end
local function begin()
  halted = reason
  redis.call('HSET', key, 'halted', reason, 'halt', 0)
  -- What was not launched never will be.
  redis.call('HDEL', key, 'cursor')
  redis.pcall('ZREM', $timers, 'launch:' .. id)
  audit(who, 'cancel', id, reason)
end
local function haltMember(member)
  local inner, innerEnded, innerHalted = unpack(redis.pcall('HMGET', $batch .. member, 'state', 'ended', 'halted'))
  if inner then
    if innerEnded ~= '' or innerHalted then return end
    redis.call('HSET', $batch .. member, 'state', 'open', 'halted', halted, 'halt', 0)
    redis.call('HDEL', $batch .. member, 'cursor')
    redis.pcall('ZADD', $batches, now(), member)
    return setTimer('halt:' .. member, now())
  end
  local state, mark = stateOf(member)
  if not mark or not string.find('SEAP', state, 1, true) or not isTied(mark) or tiesOf(member).batch ~= id then return end
  cancelJob(member, state, mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"BATCH_CANCELLED","batch":"' .. id
    .. '",' .. string.sub(halted, 2))
  done[#done + 1] = member
end
-- All members have been looked at, so whatever still counts as pending, but for batches, is a record that was lost.
local function finishHalt()
  redis.call('HDEL', key, 'halt')
  redis.pcall('ZREM', $timers, 'halt:' .. id)
  local pending, inner, again = unpack(redis.call('HMGET', key, 'pending', 'inner', 'again'))
  local lost = (tonumber(pending) or 0) - (tonumber(inner) or 0)
  if pending == '0' then endEmpty(id)
  elseif lost > 0 and not again then
    redis.call('HINCRBY', key, 'cancelled', lost - 1)
    redis.call('HINCRBY', key, 'pending', 1 - lost)
    countEnd(id, 'X')
  end
  return 'DONE'
end
local function moveOn(looked)
  if looked < most then return finishHalt() end
  redis.call('HSET', key, 'halt', redis.call('HGET', key, 'halt') + looked)
  setTimer('halt:' .. id, now() + 10000)
  return 'MORE'
end
