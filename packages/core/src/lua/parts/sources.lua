-- What an operation looks through first. Needs plan, now, filter, dry, id, selection.
-- A selection is changed once, so what changes it takes it away; for longer than the slowest operation goes on.
local SELECTION_LASTS_MS = 30 * 24 * 60 * 60 * 1000
local function takeSelection(name)
  if dry == '1' then return name end
  redis.call('RENAME', name, $selection .. id)
  redis.call('PEXPIRE', $selection .. id, SELECTION_LASTS_MS)
  redis.pcall('ZREM', $selections, filter.selection)
  return $selection .. id
end
local function addSources()
  local lowest, highest = filter.after and string.format('%.0f', filter.after) or '-inf', math.min(filter.before or now(), now())
  local SORTED = { F = $failed, C = $cancelled, A = $awaiting }
  if selection then addSorted('0', '0', takeSelection(selection))
  elseif filter.batch then openBatch(filter.batch)
  elseif SORTED[filter.state] then addSorted(lowest, string.format('%.0f', highest), SORTED[filter.state])
  elseif filter.state == 'S' then addSorted('-inf', redis.pcall('ZRANGE', $scheduled, -1, -1, 'WITHSCORES')[2] or '0', $scheduled)
  elseif filter.state == 'D' then addList('-', $succeeded)
  elseif filter.state == 'P' then
    local workers, sources = redis.call('ZRANGE', $leases, 0, 99999), {}
    for i = 1, #workers do sources[i] = 'W ' .. workers[i] end
    add(sources)
  else
    local queues, sources = filter.queue and { filter.queue } or redis.call('HKEYS', $queues), {}
    for i = 1, #queues do
      if string.sub(queues[i], 1, 1) ~= '#' then sources[#sources + 1] = 'Q ' .. queues[i] end
    end
    add(sources)
  end
end
