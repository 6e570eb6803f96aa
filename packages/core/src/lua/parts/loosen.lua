-- Frees what a tied job held: while claim `owner` (worker and number; nil: none) ran it, and until its end, and counts that end
-- for its batch. `letter`: how it has ended (D, F, C), X: it is removed instead, Z: it is removed and had ended without success;
-- nil: it has not ended. Made when the first tied job is met, because most calls meet none. Needs now, place, quarantine.
local loosenTied
local function loosen(id, owner, letter)
  if loosenTied then return loosenTied(id, owner, letter) end
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
  return loosenTied(id, owner, letter)
end
