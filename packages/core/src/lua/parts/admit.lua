-- Stores one job that is tied to others, unless somebody holds a lock that it asks for. Needs lane, VERB, earliest, and what it uses.
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
    enlist(toFront and 'LPUSH' or 'RPUSH', id, mark)
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
-- A job that waits takes another's place under its old id: with the new input, options and time.
local function replace(old, id, record, ties, due)
  local state, mark = stateOf(old)
  if state ~= 'S' and state ~= 'E' then return '=' .. old end
  detach(old, state, mark)
  loosen(old, nil, true)
  untag(old)
  redis.call('UNLINK', $payload .. old)
  redis.pcall('SREM', $extras, old)
  if redis.call('EXISTS', $payload .. id) == 1 then
    redis.call('RENAME', $payload .. id, $payload .. old)
    redis.call('SREM', $extras, id)
    redis.call('SADD', $extras, old)
  end
  hold(tiesTo(ties.locks, 0), old)
  write(old, record, ties, due)
  return '~' .. old
end
-- Its payload was stored before its fate was known.
local function forget(id)
  redis.call('UNLINK', $payload .. id)
  redis.pcall('SREM', $extras, id)
end
local function admit(id, record, due, toFront)
  if redis.call('EXISTS', $job .. id) == 1 then return 'EXISTS' end
  local ties = tiesIn(record, 33)
  local locks, holder, policy = tiesTo(ties.locks, 0), nil, nil
  for i = 1, #locks do
    local found = holderOf(locks[i], id)
    if found then holder, policy = found, locks[i][4] end
  end
  if holder and policy == 'replace' then return replace(holder, id, record, ties, due) end
  if holder then
    forget(id)
    return '=' .. holder
  end
  local parents = tiesTo(ties.parents, 0)
  local state, parent, ended = verdict(parents)
  if state == '!' then
    forget(id)
    return '!' .. parent
  end
  if state == 'C' then
    write(id, record .. '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' {"reason":"PARENT_ENDED","parent":"' .. parent
      .. '","state":"' .. ended .. '"}', {}, nil, 'C')
    return 'OK'
  end
  link(parents, id, due and due - now())
  hold(locks, id)
  for i = 1, #locks do
    local isWindow = locks[i][2] == 'window' and type(locks[i][3]) == 'number'
    if isWindow then redis.call('SET', $lock .. locks[i][1], id, 'PX', locks[i][3]) end
  end
  write(id, record, ties, due, state, toFront)
  return 'OK'
end
