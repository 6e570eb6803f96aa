-- Whether a place is still kept for a job that waits for a slot.
local function keepsPlace(id)
  local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
  return isMark(mark) and string.byte(mark) == 69 and isReserved(mark)
end
-- By what right a member of `holders:<key>` has its place; nil: by none, its worker is dead or the job has gone on. Needs place.
local function rightOf(member)
  local worker, no, id = string.sub(member, 1, 12), string.sub(member, 13, 24), string.sub(member, 25)
  if worker .. no == NOBODY then return keepsPlace(id) and 'waits' or nil end
  local lives = type(redis.pcall('ZSCORE', $leases, worker)) == 'string' or redis.pcall('SISMEMBER', $rescuing, worker) == 1
  if not lives then return nil end
  if redis.pcall('SISMEMBER', $processing .. worker .. ':' .. no, id) == 1 then return 'runs' end
  -- A person has ended it, and its handler may not have ended yet; whatever else became of it, it does not run.
  return redis.pcall('HEXISTS', $processing .. worker, '~' .. no .. id) == 1 and 'stops' or nil
end
