-- Looks at entries of a list or of a sorted set, from its end on, and tells which jobs have a name, or are of a queue.
-- Changes nothing.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 key (without the prefix), 2 how many entries from its end on are passed over, 3 how many are looked at, at most 1,000,
--       4 after how many jobs it stops, 5 what their names begin with, 6 "1": that is all of the name,
--       7 their queue; empty: any
-- Returns: how many entries were looked at, then the jobs
local P = KEYS[1]
local key, from, count, most, name = P .. ARGV[1], tonumber(ARGV[2]), math.min(tonumber(ARGV[3]), 1000), tonumber(ARGV[4]), ARGV[5]
local isWhole, isList = ARGV[6] == '1', redis.call('TYPE', key).ok == 'list'
local entries = isList and redis.call('LRANGE', key, -from - count, -from - 1) or redis.call('ZREVRANGE', key, from, from + count - 1)
-- A queue without a code has no jobs here.
local code = ARGV[7] ~= '' and (redis.call('HGET', $queues, ARGV[7]) or '-')
local found = { #entries }
for i = 1, #entries do
  local job = entries[isList and #entries + 1 - i or i]
  -- The code of the queue stands behind the state; behind the mark stand the name, and a blank or the end of its line.
  local head = redis.pcall('GETRANGE', $job .. job, 1, 32 + #name)
  if type(head) == 'string' and (not code or string.sub(head, 1, 3) == code) and string.sub(head, 32, 31 + #name) == name
    and (not isWhole or string.find(head, '[ \n]$')) then
    found[#found + 1] = job
    if #found > most then
      found[1] = i
      return found
    end
  end
end
return found
