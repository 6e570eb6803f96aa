-- Moves up to `limit` due jobs to the ends of their queues. Returns their number and the set of their queues. Needs now, push.
--@include enlist
local function promoteDue(limit)
  local due = redis.pcall('ZRANGE', $scheduled, '-inf', now(), 'BYSCORE', 'LIMIT', 0, limit)
  local lists, queues, moves, moved = {}, {}, {}, 0
  if due.err or #due == 0 then return 0, queues end
  redis.call('ZREM', $scheduled, unpack(due))
  for i = 1, #due do
    local mark = redis.pcall('GETRANGE', $job .. due[i], '0', '31')
    if not isMark(mark) then
      quarantine(due[i])
    elseif string.byte(mark) == 83 then
      redis.call('SETRANGE', $job .. due[i], '0', 'E')
      if isTied(mark) then
        enlist('RPUSH', due[i], mark)
      else
        local list = listOf(mark)
        if not lists[list] then lists[list] = {} end
        lists[list][#lists[list] + 1] = due[i]
      end
      queues[queueOf(mark)] = true
      moved = moved + 1
      moves[moved] = due[i]
    end
  end
  for list, ids in pairs(lists) do push('RPUSH', list, unpack(ids)) end
  tell('promote', 'E', moves)
  return moved, queues
end
