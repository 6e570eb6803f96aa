-- Stores one job that is tied to others, unless somebody holds a lock that it asks for. Needs lane, VERB, earliest, and what it uses.
--@include batch
local queues = {}
local function write(id, record, ties, due, state, toFront)
  local mark = string.sub(record, 1, 32)
  redis.call('SET', $job .. id, (state or due and 'S' or 'E') .. string.sub(record, 2))
  tell(VERB, state or due and 'S' or 'E', { id })
  if state == 'A' then redis.call('ZADD', $awaiting, now(), id)
  elseif state == 'C' then redis.call('ZADD', $cancelled, now(), id)
  elseif due then
    redis.call('ZADD', $scheduled, due, id)
    tellDue(earliest, due, queueOf(mark))
    earliest = earliest and math.min(earliest, due) or due
  else
    enlist(toFront and 'LPUSH' or 'RPUSH', id, mark, ties)
    queues[queueOf(mark)] = true
  end
  for i = 1, type(ties.tags) == 'table' and math.min(#ties.tags, 20) or 0 do
    local tag = $tag .. tostring(ties.tags[i])
    if type(redis.pcall('ZADD', tag, now(), id)) == 'number' then redis.call('ZREMRANGEBYRANK', tag, 0, -100001) end
    redis.call('SADD', $extras, id)
  end
  if type(ties.deadline) == 'number' then
    redis.call('ZADD', $deadlines, now() + ties.deadline, id)
    setTimer('deadline', now() + ties.deadline, 'LT')
  end
end
-- Its payload was stored before its fate was known.
local function forget(id)
  redis.call('UNLINK', $payload .. id)
  redis.pcall('SREM', $extras, id)
end
local function refuse(id, word)
  forget(id)
  return word
end
-- Who holds a lock that it asks for, and whether it may take that one's place: only one that holds all that it asks for and does
-- not get, each of them to be replaced. One that waits for others takes nobody's place.
local function heldBy(locks, id, ties)
  local holder, mayReplace = nil, not ties.parents and not ties.batch
  for i = 1, #locks do
    local found = holderOf(locks[i], id)
    if found then
      mayReplace = mayReplace and locks[i][4] == 'replace' and (not holder or holder == found)
      if not holder or locks[i][4] ~= 'replace' then holder = found end
    end
  end
  return holder, mayReplace
end
local function holdAll(locks, id)
  hold(locks, id)
  for i = 1, #locks do
    local isWindow = locks[i][2] == 'window' and type(locks[i][3]) == 'number'
    if isWindow then redis.call('SET', $lock .. locks[i][1], id, 'PX', locks[i][3]) end
  end
end
-- A job that waits takes another's place under its old id: with the new input, options and time.
local function replace(old, id, record, ties, due)
  local state, mark = stateOf(old)
  if state ~= 'S' and state ~= 'E' then return refuse(id, '=' .. old) end
  detach(old, state, mark)
  loosen(old, nil, 'X')
  untag(old)
  redis.call('UNLINK', $payload .. old, $inputs .. old)
  redis.pcall('SREM', $extras, old)
  if redis.call('EXISTS', $payload .. id) == 1 then
    redis.call('RENAME', $payload .. id, $payload .. old)
    redis.call('SREM', $extras, id)
    redis.call('SADD', $extras, old)
  end
  holdAll(tiesTo(ties.locks, 0), old)
  write(old, record, ties, due)
  return '~' .. old
end
-- A new member of a batch; `isDraft`: it waits for the rest, however much else would let it go.
local function join(batch, id, isDraft)
  redis.call('HINCRBY', $batch .. batch, 'total', 1)
  redis.call('HINCRBY', $batch .. batch, 'pending', 1)
  push('RPUSH', $members .. batch, id)
  markMixed(batch)
  if not isDraft then return end
  redis.call('HSET', $waits .. id, '*', '')
end
-- "?" and the batch when there is none, "^" and the batch when it has ended; else whether it is a draft.
local function takesMembers(batch)
  local state, ended, halted = unpack(redis.pcall('HMGET', $batch .. batch, 'state', 'ended', 'halted'))
  if state == 'draft' then return nil, true end
  if state ~= 'open' then return '?' .. batch end
  return (ended ~= '' or halted) and '^' .. batch
end
local function admit(id, record, due, toFront)
  if redis.call('EXISTS', $job .. id) == 1 then return 'EXISTS' end
  local ties = tiesIn(record, 33)
  local locks = tiesTo(ties.locks, 0)
  local holder, mayReplace = heldBy(locks, id, ties)
  local batch, closed, isDraft = type(ties.batch) == 'string' and ties.batch, nil, false
  if batch then closed, isDraft = takesMembers(batch) end
  if closed then return refuse(id, closed) end
  if holder and mayReplace then return replace(holder, id, record, ties, due) end
  if holder then return refuse(id, '=' .. holder) end
  local parents = tiesTo(ties.parents, 0)
  local state, parent, ended = verdict(parents)
  if state == '!' then return refuse(id, '!' .. parent) end
  if batch then join(batch, id, isDraft) end
  if state == 'C' then
    redis.call('DEL', $waits .. id)
    write(id, record .. '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"PARENT_ENDED","parent":"' .. parent
      .. '","state":"' .. ended .. '"}', {}, nil, 'C')
    if batch then countEnd(batch, 'C') end
    return 'OK', 'cancelled'
  end
  link(parents, id, due and due - now())
  holdAll(locks, id)
  if isDraft and not state and due then redis.call('HSET', $waits .. id, '+', '@' .. string.format('%.0f', due)) end
  write(id, record, ties, due, isDraft and 'A' or state, toFront)
  if isDraft or state and waitsForDraft(parents) then redis.call('ZREM', $awaiting, id) end
  return 'OK'
end
