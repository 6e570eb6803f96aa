-- Reads entries of an operation's source from a cursor on; see plan. Returns the place of a list, the ids, a function that tells
-- the cursor after the i-th of them, and instead of ids a cursor from which the next step must search.
-- The rank of the first entry after this score and id.
local function rankAfter(key, score, member)
  local low, high = redis.pcall('ZCOUNT', key, '-inf', '(' .. score), redis.pcall('ZCOUNT', key, '-inf', score)
  if type(low) ~= 'number' or member == '' then return low end
  for _ = 1, 64 do
    if low >= high then break end
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] <= member then low = middle + 1 else high = middle end
  end
  return low
end
local function scanSorted(lowest, highest, key, cursor, most)
  local score, member = string.match(cursor, '^(%S+) (.*)$')
  local from = rankAfter(key, score or lowest, member or '')
  local entries = type(from) == 'number' and redis.pcall('ZRANGE', key, from, from + most - 1, 'WITHSCORES') or {}
  local ids = {}
  for i = 1, entries.err and 0 or #entries, 2 do
    if tonumber(entries[i + 1]) > tonumber(highest) then break end
    ids[#ids + 1] = entries[i]
  end
  return ids, function(i) return entries[2 * i] .. ' ' .. entries[2 * i - 1] end
end
-- What is pushed meanwhile moves the entry that was looked at last away from the end: where it stands now, counted from the end;
-- nil when it was popped, and with it all that is left to look at. Second: whether it is not yet found.
local function anchorOf(key, seen, member)
  if redis.pcall('LINDEX', key, -seen) == member then return seen end
  for _ = 1, 20 do
    local entries = redis.pcall('LRANGE', key, -seen - 999, -seen)
    for i = entries.err and 0 or #entries, 1, -1 do
      if entries[i] == member then return seen + #entries - i end
    end
    if entries.err or #entries < 1000 then return nil end
    seen = seen + 1000
  end
  return seen, true
end
local function scanList(key, cursor, most)
  local seen, member = string.match(cursor, '^(%d+) (.*)$')
  local from, isLost = 0, false
  if seen then from, isLost = anchorOf(key, tonumber(seen), member) end
  if isLost then return {}, nil, string.format('%d ', from) .. member end
  local entries, ids = from and redis.pcall('LRANGE', key, -from - most, -from - 1) or {}, {}
  for i = entries.err and 0 or #entries, 1, -1 do ids[#ids + 1] = entries[i] end
  return ids, function(i) return string.format('%d ', from + i) .. ids[i] end
end
local function scanSet(key, cursor)
  local members, ids = redis.pcall('SMEMBERS', key), {}
  for i = 1, members.err and 0 or #members do
    if members[i] > cursor then ids[#ids + 1] = members[i] end
  end
  table.sort(ids)
  return ids, function(i) return ids[i] end
end
local function scan(source, cursor, most)
  local set = string.match(source, '^S (.*)$')
  if set then return '-', scanSet(P .. set, cursor) end
  local lowest, highest, sorted = string.match(source, '^Z (%S+) (%S+) (.*)$')
  if sorted then return '-', scanSorted(lowest, highest, P .. sorted, cursor, most) end
  local place, list = string.match(source, '^L (%S+) (.*)$')
  return place or '-', scanList(P .. (list or ''), cursor, most)
end
