-- Gives queues their codes in this shard, which marks use. A full Redis refuses a new queue.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1… names of queues
-- Returns: their codes, 3 characters each; "QUEUES_FULL" in place of a code when there are too many queues
local P = KEYS[1]
local DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
local function digit(n) return string.sub(DIGITS, n + 1, n + 1) end
local codes = {}
for i = 1, #ARGV do
  local queue = ARGV[i]
  local code = redis.call('HGET', $queues, queue)
  if not code then
    local n = redis.call('HLEN', $queues) / 2
    if n >= 46656 then
      code = 'QUEUES_FULL'
    else
      code = digit(math.floor(n / 1296)) .. digit(math.floor(n / 36) % 36) .. digit(n % 36)
      redis.call('HSET', $queues, queue, code, '#' .. code, queue)
    end
  end
  codes[i] = code
end
return codes
