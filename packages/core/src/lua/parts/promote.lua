-- Moves up to `limit` due jobs to the ends of their queues. Returns their number and the set of their queues. Needs now, push.
--@include enlist
-- When the next job is due, ms, -1: none; nil: not known.
local nextDue
local function promoteDue(limit)
  local lists, queues, moves, moved = {}, {}, {}, 0
  local first = redis.pcall('ZRANGE', $scheduled, 0, 0, 'WITHSCORES')
  if first.err then return 0, queues end
  nextDue = tonumber(first[2] or -1)
  if nextDue < 0 or nextDue > now() then return 0, queues end
  nextDue = nil
  local entries = redis.call('ZRANGE', $scheduled, '-inf', now(), 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
  local due = {}
  for i = 1, #entries / 2 do due[i] = entries[2 * i - 1] end
  redis.call('ZREM', $scheduled, unpack(due))
  for i = 1, #due do
    local mark = redis.pcall('GETRANGE', $job .. due[i], '0', '31')
    if not isMark(mark) then
      quarantine(due[i])
    elseif string.byte(mark) == 83 then
      redis.call('SETRANGE', $job .. due[i], '0', 'E' .. string.sub(mark, 2, 7) .. waitingSince(tonumber(entries[2 * i])))
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
