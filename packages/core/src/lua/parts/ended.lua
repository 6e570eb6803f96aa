-- Tells whoever waits for the end of these jobs.
local function announceEnd(ids)
  if #ids == 0 or redis.call('EXISTS', $watched) == 0 then return end
  for i = 1, #ids do
    if type(redis.pcall('ZSCORE', $watched, ids[i])) == 'string' then redis.call('PUBLISH', $ended, ids[i]) end
  end
end
