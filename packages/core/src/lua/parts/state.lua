-- The state of a job and its mark: the mark's letter, but E when it is parked, D when it succeeded, and X when its record
-- is damaged.
-- nil when there is no record.
local function stateOf(id)
  local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
  if mark == '' then return nil end
  if not isMark(mark) then return 'X' end
  local state, owner, no = string.sub(mark, 1, 1), string.sub(mark, 8, 19), string.sub(mark, 20, 31)
  if state == 'B' then return 'E', mark end
  if state ~= 'P' then return state, mark end
  if redis.pcall('SISMEMBER', $processing .. owner .. ':' .. no, id) == 1 then return 'P', mark end
  local line = '\nS ' .. owner .. ' ' .. no .. ' '
  return string.find(redis.call('GET', $job .. id), line, 32, true) and 'D' or 'P', mark
end
