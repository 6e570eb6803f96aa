-- Puts back the open jobs of claims up to `settled` that are not in `held`, newest claim first, each to the front.
table.sort(numbers, function(a, b) return a > b end)
for c = 1, #numbers do
  local no = numbers[c]
  if string.find(no, '^%d') and tonumber(no) <= tonumber(settled) then
    local set = claims .. ':' .. no
    local open = redis.pcall('SMEMBERS', set)
    table.sort(open, function(a, b) return a > b end)
    for i = 1, #open do
      local id = open[i]
      if not held[no .. id] then
        redis.call('SREM', set, id)
        local mark = redis.pcall('GETRANGE', $job .. id, '0', '31')
        if not isMark(mark) then
          quarantine(id)
        elseif string.sub(mark, 1, 1) == 'P' and string.sub(mark, 8, 31) == worker .. no then
          local kept = isTied(mark) and loosen(id, worker .. no, nil, not isSuspect(mark)) or nil
          queues[put('LPUSH', id, mark, kept)] = true
          tell('reconcile', 'E', { id })
          moved = moved + 1
        end
      end
    end
    if redis.call('EXISTS', set) == 0 then redis.call('HDEL', claims, no) end
  end
end
