-- What ties a job to others stands in its header: limits {key, most}, rates {key, most, per (ms), burst or "w"},
-- locks {key, mode}, tags, and whether it has a deadline. A header that cannot be read ties to nothing.
-- Most have one tie: those headers are read by a pattern, which takes a third of the time.
-- Jobs of one batch share their header, so the last one is remembered.
local lastHead, lastTies
local NO_TIES = {}
local function readTies(head)
  local kind = string.sub(head, 1, 13)
  if kind == '{"ties":{"lim' then
    local key, most = string.match(head, '^{"ties":{"limits":%[%["([^"\\]*)",(%d+)%]%]}}$')
    if key then return { limits = { { key, tonumber(most) } }, isRead = true } end
  elseif kind == '{"ties":{"loc' then
    local key, mode, ms, policy = string.match(head, '^{"ties":{"locks":%[%["([^"\\]*)","(%a+)",(%d+),"(%a+)"%]%]}}$')
    if key then return { locks = { { key, mode, tonumber(ms), policy } }, isRead = true } end
  elseif kind == '{"ties":{"gro' then
    local name, weight = string.match(head, '^{"ties":{"group":%["([^"\\]*)",(%d+)%]}}$')
    if name then return { group = { name, tonumber(weight) }, isRead = true } end
  end
  local ok, header = pcall(cjson.decode, head)
  return ok and type(header) == 'table' and type(header.ties) == 'table' and header.ties or NO_TIES
end
local function tiesIn(record, from)
  local head = string.match(record, '^[^\n ]+ ([^\n]+)', from) or ''
  if head ~= lastHead then lastHead, lastTies = head, readTies(head) end
  return lastTies
end
local function tiesOf(id)
  local head = redis.pcall('GETRANGE', $job .. id, '32', '159')
  if type(head) == 'string' and #head == 128 and not string.find(head, '\n', 1, true) then
    head = redis.pcall('GETRANGE', $job .. id, '32', '8191')
  end
  return type(head) == 'string' and tiesIn(head, 1) or NO_TIES
end
-- The entries of one kind that have the right types: a key, then `numbers` numbers.
local function tiesTo(list, numbers)
  if type(list) ~= 'table' then return NO_TIES end
  local valid = {}
  for i = 1, math.min(#list, 100) do
    local entry = list[i]
    local isValid = type(entry) == 'table' and type(entry[1]) == 'string'
    for n = 2, numbers + 1 do isValid = isValid and type(entry[n]) == 'number' end
    if isValid then valid[#valid + 1] = entry end
  end
  return valid
end
