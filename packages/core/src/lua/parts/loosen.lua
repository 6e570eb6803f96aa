-- Frees what a tied job held: while claim `owner` (worker and number; nil: none) ran it, and until its end, and counts that end
-- for its batch. `letter`: how it has ended (D, F, C), X: it is removed instead, Z: it is removed and had ended without success;
-- nil: it has not ended. Made when the first tied job is met, because most calls meet none. Needs now, place, quarantine.
local loosenTied, lingerTied, freeTied
local function makeLoosen()
  --@include wake
  --@include push
  --@include put
  --@include ties
  --@include limits
  --@include untie
  --@include timer
  --@include batch
  loosenTied = function(job, claim, ended)
    local ties = tiesOf(job)
    if claim then leaveRun(ties, job, claim) end
    if not ended then return end
    untie(ties, job)
    if type(ties.batch) == 'string' then countEnd(ties.batch, ended) end
  end
  lingerTied = function(job, mark)
    local keys, limits = {}, tiesTo(tiesOf(job).limits, 1)
    for i = 1, #limits do keys[i] = limits[i][1] end
    if redis.call('EXISTS', $settings) == 1 then keys[#keys + 1] = 'queue:' .. queueOf(mark) end
    local owner, no = string.sub(mark, 8, 19), string.sub(mark, 20, 31)
    if #keys > 0 then redis.pcall('HSET', $processing .. owner, '~' .. no .. job, table.concat(keys, '\n')) end
  end
  freeTied = function(worker, field, keys)
    redis.call('HDEL', $processing .. worker, field)
    for key in string.gmatch(keys, '[^\n]+') do
      if redis.pcall('SREM', $holders .. key, worker .. string.sub(field, 2)) == 1 then
        if string.find(key, '^queue:') then wake(string.sub(key, 7)) else unpark('limit:' .. key, 1) end
      end
    end
  end
end
local function loosen(id, owner, letter)
  if not loosenTied then makeLoosen() end
  return loosenTied(id, owner, letter)
end
-- A person takes a running job: its places stay taken until its handler has ended. That is remembered beside its worker's
-- claims, as `~<claim><id>`: the record may be gone by then.
local function linger(id, mark)
  if not lingerTied then makeLoosen() end
  return lingerTied(id, mark)
end
local function freeLingering(worker, field)
  local keys = redis.pcall('HGET', $processing .. worker, field)
  if type(keys) ~= 'string' then return end
  if not freeTied then makeLoosen() end
  return freeTied(worker, field, keys)
end
