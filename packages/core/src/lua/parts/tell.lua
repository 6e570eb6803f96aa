-- Writes into the stream `events` that jobs have made a transition, while somebody wants to know it; `letter`: the state they
-- have reached, or "-": they are gone. Asks once in a call of a script, and only when there is something to tell.
local eventsMost
local function tell(verb, letter, ids)
  if #ids == 0 or eventsMost == false then return end
  if not eventsMost then
    local most = redis.pcall('GET', $eventsMost)
    eventsMost = type(most) == 'string' and string.find(most, '^%d+$') and most or false
    if not eventsMost then return end
    redis.call('PUBLISH', $events, '')
  end
  for i = 1, #ids do
    redis.pcall('XADD', $events, 'MAXLEN', '~', eventsMost, '*', 'verb', verb, 'id', ids[i], 'state', letter)
  end
end
