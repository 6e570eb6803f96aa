-- Frees what a tied job held: while claim `owner` (worker and number; nil: none) ran it, and until its end, and counts that end
-- for its batch. `letter`: how it has ended (D, F, C), X: it is removed instead, Z: it is removed and had ended without success;
-- nil: it has not ended. `keeps`: it goes back to the front of its queue with its places. Made when the first tied job is met, because most calls meet none. Needs now, place, quarantine.
local loosenTied, lingerTied, freeTied, yieldTied
local function makeLoosen()
  --@include wake
  --@include push
  --@include put
  --@include ties
  --@include limits
  --@include untie
  --@include keep
  --@include timer
  --@include batch
  loosenTied = function(job, claim, ended, keeps)
    local ties, kept = tiesOf(job), nil
    if claim then kept = leaveRun(ties, job, claim, keeps) end
    if not ended then return kept end
    untie(ties, job)
    if ties.keep and string.find('DFC', ended, 1, true) then keepUntil(ties.keep, job, ended) end
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
  yieldTied = function(job) yieldPlaces(job, tiesTo(tiesOf(job).limits, 1)) end
end
-- Gives the text that stands for the owner in the mark of a job that keeps its places; nil: it keeps none.
local function loosen(id, owner, letter, keeps)
  if not loosenTied then makeLoosen() end
  return loosenTied(id, owner, letter, keeps)
end
-- A job that waits gives back the places that were kept for it.
local function yield(id)
  if not yieldTied then makeLoosen() end
  return yieldTied(id)
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
