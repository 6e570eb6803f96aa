-- Takes a job out of an open claim: membership in the claim's set is the fence. Returns its mark, or nil and the answer; then
-- what stands for the owner in the mark of a job that keeps its places, which happens only if `keeps`.
-- The handler has ended, so what it held is free, also when a person has ended the job before. Needs loosen.
local function take(worker, no, id, code, keeps)
  local set = $processing .. worker .. ':' .. no
  local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
  if redis.pcall('SREM', set, id) ~= 1 then
    freeLingering(worker, '~' .. no .. id)
    local record = redis.pcall('GET', $job .. id)
    if not record then return nil, 'GONE' end
    local line = '\n' .. code .. ' ' .. worker .. ' ' .. no .. ' '
    if type(record) == 'string' and string.find(record, line, 32, true) then return nil, 'ALREADY' end
    return nil, 'LOST'
  end
  if redis.call('EXISTS', set) == 0 then redis.pcall('HDEL', $processing .. worker, no) end
  if not isMark(mark) then
    quarantine(id)
    return nil, 'GONE'
  end
  return mark, nil, isTied(mark) and loosen(id, worker .. no, nil, keeps and not isSuspect(mark)) or nil
end
