-- The group that a job waits in; nil: none. Needs place.
local groupTied
local function groupIn(ties)
  return type(ties.group) == 'table' and type(ties.group[1]) == 'string' and ties.group[1] or nil
end
-- `ties`: what ties it, if the caller knows.
local function groupOf(id, mark, ties)
  if not isTied(mark) or isSuspect(mark) then return nil end
  if ties then return groupIn(ties) end
  if not groupTied then
    --@include ties
    groupTied = function(job) return groupIn(tiesOf(job)) end
  end
  return groupTied(id)
end
