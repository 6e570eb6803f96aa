-- Writes down what jobs a worker handles and what goes into them, for people who write such jobs by hand. Called in the first
-- shard. A newer version of a contract stays; with too many names, those that were described longest ago leave.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 how many names are kept, then per name: name, version, about (JSON), schema of the input (JSON; empty: none)
-- Returns: "OK"
local P = KEYS[1]
--@include now
local MOST_NAMES = 100
local most, names = tonumber(ARGV[1]), {}
for i = 2, math.min(#ARGV, 4 * MOST_NAMES + 1), 4 do names[#names + 1] = ARGV[i] end
if #names == 0 then return 'OK' end
local known = redis.call('HMGET', $contracts, unpack(names))
redis.call('HLEN', $schemas)
local at = string.format('%.0f', now())
for i, name in ipairs(names) do
  local version, about, schema = ARGV[4 * i - 1], ARGV[4 * i], ARGV[4 * i + 1]
  local stored = known[i] and tonumber(string.match(known[i], '^%d+'))
  if not stored or stored <= tonumber(version) then
    redis.call('HSET', $contracts, name, version .. ' ' .. at .. ' ' .. about)
    if schema == '' then redis.call('HDEL', $schemas, name) else redis.call('HSET', $schemas, name, schema) end
  end
end
local over = redis.call('HLEN', $contracts) - most
if over > 0 then
  local all, oldest = redis.call('HGETALL', $contracts), {}
  for i = 1, math.min(#all, 2 * (most + MOST_NAMES)), 2 do
    oldest[#oldest + 1] = { string.match(all[i + 1], '^%d+ (%d+) ') or '', all[i] }
  end
  table.sort(oldest, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
  for i = 1, math.min(over, MOST_NAMES) do
    redis.call('HDEL', $contracts, oldest[i][2])
    redis.call('HDEL', $schemas, oldest[i][2])
  end
end
-- Schemas of names that nobody knows would never leave: they begin anew.
if redis.call('HLEN', $schemas) > redis.call('HLEN', $contracts) then redis.call('DEL', $schemas) end
return 'OK'
