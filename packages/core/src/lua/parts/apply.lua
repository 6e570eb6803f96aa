-- What an operation does to a job that it is about. Needs verb, target, reason, wakes, and the verbs.
-- Each gives true, false when nothing is to be done, nil when it cannot be done.
local function due()
  return target.at or now() + target.delay
end
-- Of a queue that this shard does not know nothing can be moved there.
local code = ''
if target.queue then code = redis.call('HGET', $queues, target.queue) end
local done = {}
local APPLY = {
  cancel = function(job, state, mark)
    cancelJob(job, state, mark, '\nC - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
    return true
  end,
  requeue = function(job, state, mark)
    local queue = requeueJob(job, state, mark, reason)
    if not queue then return nil end
    wakes[queue] = true
    return true
  end,
  delete = function(job, state, mark)
    deleteJob(job, state, mark)
    return true
  end,
  move = function(job, state, mark)
    if not code then return nil end
    return moveJob(job, state, mark, code, target.priority or '', reason)
  end,
  reschedule = function(job, state, mark) return rescheduleJob(job, state, mark, due(), reason) end,
}
local COUNTERS_OF = { requeue = 'requeued', delete = 'deleted', reschedule = 'rescheduled' }
local function finishStep(keep)
  if #done == 0 then return end
  if COUNTERS_OF[verb] then redis.pcall('HINCRBY', $stats, COUNTERS_OF[verb], #done) end
  if verb == 'delete' then tell('delete', '-', done) end
  if verb == 'cancel' then concludeEnds('cancel', 'C', done, keep) end
  for queue in pairs(wakes) do wake(queue) end
end
