-- Who holds a lock {key, mode, …} that a job asks for: an id, or nil when it is free, or its holder has no right to it any more.
-- A window's lock is held until it expires; others only while their holder waits, or (mode "finished") runs. Needs state.
local function holderOf(lock, id)
  local holder = redis.pcall('GET', $lock .. lock[1])
  if type(holder) ~= 'string' or holder == id then return nil end
  if lock[2] == 'window' then return holder end
  local state = stateOf(holder)
  local holds = state == 'S' or state == 'E' or state == 'A' or state == 'P' and lock[2] == 'finished'
  return holds and holder or nil
end
local function hold(locks, id)
  for i = 1, #locks do
    if locks[i][2] ~= 'window' then redis.call('SET', $lock .. locks[i][1], id) end
  end
end
