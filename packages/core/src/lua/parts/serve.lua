-- Takes from the queues of a claim in their order: a suspect if it may, then by priority. Needs pop, gates, ring.
for i = firstQueue, takes == '2' and #ARGV or 0 do
  gate = gateOf(ARGV[i])
  local code = codes[i - firstQueue + 1]
  if code and not suspect and not (gate and gate.room < 1) then
    suspect = popSuspect(ARGV[i], code)
    if suspect then redis.pcall('HINCRBY', $taken, ARGV[i], 1) end
    if suspect and gate then gate.spend(1) end
  end
end
for i = firstQueue, #ARGV do
  local queue, code, before = ARGV[i], codes[i - firstQueue + 1], count
  promoted[queue] = nil
  gate = gateOf(queue)
  if code and count < most and not (gate and gate.room < 1) then
    if takes ~= '0' and not suspect then suspect = popSuspect(queue, code) end
    cap = gate and math.min(most, before + gate.room) or most
    for priority = 0, 3 do
      if count < cap and bytes < 4194304 then popAll(queue, code .. priority) end
    end
    if count > before then redis.pcall('HINCRBY', $taken, queue, count - before) end
    if gate then gate.spend(count - before) end
  end
  if gate and gate.room < 1 and gate.again then redis.pcall('ZADD', $timers, 'LT', gate.again, 'queue:' .. queue) end
end
