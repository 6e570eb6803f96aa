-- Tells whoever waits for the end of these jobs, and lets their children go on: the first 50 here, more of them later. `letter`:
-- the state they have reached (D, F, C), or X: they are gone. Needs now, place, quarantine.
local followTied
local budget = 50
-- Whether no job is waited for, has children, more than its record, or a time of its own to be kept. A script that ends many jobs
-- asks once; false: not known.
local isBare = false
local function announceEnd(ids, letter)
  if isBare or #ids == 0 then return end
  if redis.call('EXISTS', $watched) == 1 then
    for i = 1, #ids do
      if type(redis.pcall('ZSCORE', $watched, ids[i])) == 'string' then redis.call('PUBLISH', $ended, ids[i]) end
    end
  end
  if redis.call('EXISTS', $parents) == 0 then return end
  if not followTied then
    --@include follow
    followTied = follow
  end
  for i = 1, #ids do
    if redis.pcall('SISMEMBER', $parents, ids[i]) == 1 then 
      -- What was left for later comes first.
      budget = followTied(ids[i], letter, redis.call('EXISTS', $todo) == 0 and budget or 0)
    end
  end
end
