-- Which jobs an operation is about. Needs filter, verb, id, state, ties; gives bytes: how much of records was read.
local bytes = 0
-- The end of a record, with its last lines; a record of 1 MiB is not read as a whole.
local function tailOf(job)
  local text = redis.pcall('GETRANGE', $job .. job, -66000, -1)
  text = type(text) == 'string' and text or ''
  bytes = bytes + #text
  return text
end
local function isInTime(job)
  if not filter.after and not filter.before then return true end
  if filter.state == 'D' then
    local ended = tonumber(string.match(tailOf(job), '^.*\nS %S+ %S+ %S+ %d+ (%d+) '))
    return ended and ended >= (filter.after or 0) and ended <= (filter.before or ended)
  end
  local index = ({ F = $failed, C = $cancelled, A = $awaiting })[filter.state]
  if index then
    -- Whatever else is not a source of its own is looked through by time.
    if not filter.selection and not filter.batch then return true end
    local at = tonumber(redis.pcall('ZSCORE', index, job))
    return at and at >= (filter.after or 0) and at <= (filter.before or at)
  end
  -- Ids sort by the time they were made.
  local made = string.sub(job, 1, 10)
  return made >= (filter.afterId or '') and made <= (filter.beforeId or made)
end
local function hasTag(job)
  local tags = tiesOf(job).tags
  for i = 1, type(tags) == 'table' and math.min(#tags, 20) or 0 do
    if tags[i] == filter.tag then return true end
  end
  return false
end
-- Whether its last error has the text and the name that the filter names, or it was poison.
local function hasFailedSo(job)
  local text = tailOf(job)
  if filter.poison then return string.find(text, '\nW [^\n]*"reason":"poison"[^\n]*$') ~= nil end
  local line
  for _, part in pairs({ filter.error, filter.errorName }) do
    -- Most jobs have another error: then the line need not be found.
    line = string.find(text, part, 1, true) and (line or string.match(text, '^.*\n[FR] ([^\n]*)'))
    if not line or not string.find(line, part, 1, true) then return false end
  end
  return true
end
-- Whether a job has what the filter names; `place`: of the list in which it was met, "-" in others.
local function isSelected(job, state, mark, place)
  if state ~= filter.state or filter.queue and queueOf(mark) ~= filter.queue then return false end
  if place ~= '-' and (string.byte(mark) ~= 69 or queueOf(mark) .. ':' .. slotOf(mark) ~= place) then return false end
  if filter.name then
    local head = redis.call('GETRANGE', $job .. job, 32, 32 + #filter.name)
    if not string.find(head, '^[^ \n]+[ \n]$') or string.sub(head, 1, -2) ~= filter.name then return false end
  end
  if filter.tag and not (isTied(mark) and hasTag(job)) or not isInTime(job) then return false end
  if (filter.error or filter.errorName or filter.poison) and not hasFailedSo(job) then return false end
  -- A job that is rescheduled stays where the operation looks: it is not met twice.
  if verb ~= 'reschedule' or state ~= 'S' then return true end
  return not string.find(tailOf(job), '"operation":"' .. id .. '"', 1, true)
end
