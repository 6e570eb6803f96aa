-- Frees what a tied job held: while claim `owner` (worker and number; nil: none) ran it, and until its end, if it has ended.
-- Made when the first tied job is met, because most calls meet none. Needs now, place, quarantine.
local loosenTied
local function loosen(id, owner, hasEnded)
  if loosenTied then return loosenTied(id, owner, hasEnded) end
  --@include wake
  --@include push
  --@include put
  --@include ties
  --@include limits
  --@include untie
  loosenTied = function(job, claim, ended)
    local ties = tiesOf(job)
    if claim then leaveRun(ties, job, claim) end
    if ended then untie(ties, job) end
  end
  return loosenTied(id, owner, hasEnded)
end
