-- Removes the oldest `count` succeeded jobs, but for those that were requeued, that somebody waits for, that say themselves how
-- long they are kept, or whose children have not gone on. Needs now, countStale, announceEnd.
local function untag(id)
  --@include ties
  local tags = tiesOf(id).tags
  for i = 1, type(tags) == 'table' and math.min(#tags, 20) or 0 do
    if type(tags[i]) == 'string' then redis.pcall('ZREM', $tag .. tags[i], id) end
  end
end
local function unlinkRecords(ids)
  if #ids == 0 then return 0 end
  announceEnd(ids, 'X')
  if not isBare and redis.call('EXISTS', $extras) == 1 then
    for i = 1, #ids do
      if redis.pcall('SREM', $extras, ids[i]) == 1 then
        untag(ids[i])
        redis.call('UNLINK', $payload .. ids[i], $progress .. ids[i], $log .. ids[i], $inputs .. ids[i])
      end
    end
  end
  local keys = {}
  for i = 1, #ids do keys[i] = $job .. ids[i] end
  if not isBare and redis.call('EXISTS', $kept) == 1 then redis.pcall('ZREM', $kept, unpack(ids)) end
  return redis.call('UNLINK', unpack(keys))
end
-- `requeued`: how many jobs have entries that do not count (registered). Returns how many it removed, and how many it passed over
-- because they say themselves how long they are kept.
local function trimSucceeded(count, requeued)
  local ids = redis.call('LPOP', $succeeded, count)
  if not ids then return 0, 0 end
  local stale, spared = 0, 0
  if requeued > 0 or not isBare and redis.call('EXISTS', $watched, $parents, $kept) > 0 then
    local gone = {}
    for i = 1, #ids do
      local until_, own = redis.pcall('ZSCORE', $watched, ids[i]), redis.pcall('ZSCORE', $kept, ids[i])
      local isSpared = type(own) == 'string' and tonumber(own) > now()
      if redis.call('HEXISTS', $requeued, ids[i]) == 1 then
        if redis.call('HINCRBY', $requeued, ids[i], -1) < 1 then redis.call('HDEL', $requeued, ids[i]) end
        stale = stale + 1
      elseif isSpared or type(until_) == 'string' and tonumber(until_) > now() or redis.pcall('SISMEMBER', $parents, ids[i]) == 1 then
        redis.call('RPUSH', $succeeded, ids[i])
        if isSpared then spared = spared + 1 end
      else gone[#gone + 1] = ids[i] end
    end
    ids = gone
  end
  tell('trim', '-', ids)
  local removed = unlinkRecords(ids)
  stale = stale + #ids - removed
  if stale > 0 then countStale('succeeded', -stale) end
  return removed, spared
end
-- How many jobs were requeued or deleted whose entries still stand in `succeeded`. Without this register nobody knows which ones
-- live, and nothing may be removed: nil.
local function registered()
  local requeued = redis.pcall('HLEN', $requeued)
  return type(requeued) == 'number' and requeued or nil
end
-- Removes succeeded jobs beyond a number, of `length`; looks at no more than `most`. Returns how many, and whether it had to stop.
-- Jobs that say themselves how long they are kept do not count: each that is met at the front goes to the end, and another one is
-- looked at for it. Nor do entries of jobs that are gone, as far as they are not more than what is kept: those in front go first.
-- (Failed and cancelled jobs that say how long they are kept are in that number too: as many others more may stay.)
local function trimBeyond(keep, length, most)
  local requeued = length > keep and registered()
  if not requeued then return 0, false end
  local count = length - keep - math.min(requeued, keep)
  if count > 0 and not isBare then count = count - (tonumber(redis.pcall('ZCARD', $kept)) or 0) end
  local removed = 0
  while count > 0 and most > 0 do
    local looked = math.min(count, most, 500)
    local gone, spared = trimSucceeded(looked, requeued)
    removed, most, count = removed + gone, most - looked, count - looked + spared
  end
  return removed, count > 0
end
