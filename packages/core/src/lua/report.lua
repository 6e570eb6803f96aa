-- Writes down how a channel took what it was told of an alert. Called in the first shard.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 event, 2 channel, 3 what came of it (JSON), 4 "last": no channel is left, else empty
-- Returns: "OK", or "GONE": too many events came after it
local P = KEYS[1]
local event, channel, result, last = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local what = redis.call('HGET', $alarm .. event, 'what')
redis.call('ZCARD', $undelivered)
redis.call('DEL', $none)
if what then redis.call('HSET', $alarm .. event, 'to:' .. channel, result) end
if last == 'last' then redis.call('ZREM', $undelivered, event) end
return what and 'OK' or 'GONE'
