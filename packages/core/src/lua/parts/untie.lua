-- Frees what a tied job held until its end: locks, and its deadline. Needs ties.
local function unlock(key, id)
  if redis.pcall('GET', $lock .. key) == id then redis.call('DEL', $lock .. key) end
end
local function untie(ties, id)
  local locks = ties.locks and tiesTo(ties.locks, 0) or NO_TIES
  for i = 1, #locks do
    if locks[i][2] ~= 'window' then unlock(locks[i][1], id) end
  end
  if ties.deadline then redis.pcall('ZREM', $deadlines, id) end
end
