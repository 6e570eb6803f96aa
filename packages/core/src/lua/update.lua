-- Gives a job that waits another header, another payload, or both.
-- Transition: none
-- KEYS: 1 prefix
-- ARGV: 1 who, 2 reason (JSON text), 3 states it may be in (letters), 4 id, 5 the header that the caller has read, 6 the new
--       one, 7 "keep" (the payload stays), "inline", or "large" (it has a key of its own), 8 the payload
-- Returns: "OK", "GONE", "DAMAGED", "CHANGED" (the header is another one by now; nothing is written), or its state's letter when
--          that is not among the expected ones
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include state
--@include tail
--@include audit
local who, reason, expected, id, was, header, kind, payload = unpack(ARGV, 1, 8)
local key, large = $job .. id, $payload .. id
local state, mark = stateOf(id)
if not state then return 'GONE' end
if state == 'X' then return 'DAMAGED' end
if not string.find(expected, state, 1, true) or not string.find('SEA', state, 1, true) then return state end
redis.call('SCARD', $extras)
local record = redis.call('GET', key)
local headerEnd = string.find(record, '\n', 33, true)
if not headerEnd then return 'DAMAGED' end
local payloadEnd = string.find(record, '\n', headerEnd + 1, true) or #record + 1
local before, line = string.sub(record, 33, headerEnd - 1), string.sub(record, headerEnd + 1, payloadEnd - 1)
local inline = kind == 'keep' and line or kind == 'inline' and payload or ''
local isSame = before == header and line == inline and (kind ~= 'large' or redis.pcall('GET', large) == payload)
if isSame then return 'OK' end
if before ~= was then return 'CHANGED' end
redis.call('DEL', $none)
redis.call('SET', key, string.sub(record, 1, 32) .. header .. '\n' .. inline .. string.sub(record, payloadEnd))
if kind == 'large' then
  redis.call('SET', large, payload)
  redis.call('SADD', $extras, id)
elseif kind == 'inline' then
  redis.call('UNLINK', large)
end
appendTail(id, '\nU - - - 0 ' .. string.format('%.0f', now()) .. ' ' .. reason)
audit(who, 'update', id, reason)
tell('update', state, { id })
return 'OK'
