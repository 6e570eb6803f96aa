-- Sends members that nothing else ties to their lists. Most marks of a batch are alike: what one of them means is found once.
-- Needs lists, queues, mixed, now.
local known, since = {}, waitingSince(now())
local function listFor(mark)
  local list = listOf(mark)
  if not lists[list] then lists[list], queues[queueOf(mark)] = {}, true end
  return lists[list]
end
-- False when the mark is not known, or the job may wait for more than the launch.
local function release(member, key, mark)
  local list = type(mark) == 'string' and known[mark]
  if not list or mixed and redis.call('EXISTS', $waits .. member) == 1 then return false end
  redis.call('SETRANGE', key, '0', 'E' .. string.sub(mark, 2, 7) .. since)
  list[#list + 1] = member
  return true
end
