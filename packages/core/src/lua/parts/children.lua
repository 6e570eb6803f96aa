-- The children of a running job. Its inputs remember as "#" whom it has waited for, in the order of its calls: "#", then an id each;
-- those ids are fields like those of parents. Needs id, firstGroup, admit; gives what suspend needs.
local list, known, count = redis.call('HGET', $inputs .. id, '#') or '#', {}, -1
for word in string.gmatch(list, '%S+') do known[#known + 1], count = word, count + 1 end
local function newChildren()
  local at, sum = firstGroup, 0
  while at < #ARGV do
    sum = sum + tonumber(ARGV[at + 3])
    at = at + 4 + 2 * tonumber(ARGV[at + 3])
  end
  return sum
end
-- It has started before its deadline; a launch of its batch shall not take it for a member that waits for nothing
-- else; and nothing is left of what it may have waited for before.
local function waitFrom(job, mark)
  local ties = isTied(mark) and tiesOf(job) or NO_TIES
  if ties.deadline then redis.pcall('ZREM', $deadlines, job) end
  if type(ties.batch) == 'string' then markMixed(ties.batch) end
  if type(redis.pcall('HLEN', $waits .. job)) ~= 'number' then setAside($waits .. job, 'waits:' .. job) end
  redis.call('DEL', $waits .. job)
end
-- Whom it waits for when admit has said `word` of a child. The holder of a lock stands for one that was not stored, unless that is
-- gone, is the job itself, or may itself be waiting for it.
local function standsFor(child, word)
  local other = string.match(word, '^[=~](.*)$')
  if not other or string.byte(word) == 126 then return other or child end
  local state = stateOf(other)
  return other ~= id and state and state ~= 'A' and state ~= 'X' and other
end
-- A child that was not stored and that nothing stands for, counts as cancelled.
local function missing(child, record, word)
  local name, holder = string.match(record, '^[^ \n]+', 33) or '', string.match(word, '^=(%w+)$') or ''
  redis.call('HSET', $inputs .. id, child, 'C' .. name .. ' {"name":"ChildNotStoredError","code":"CHILD_NOT_STORED","message":"job '
    .. holder .. ' holds its key and cannot stand for it: it waits itself, is gone, or enqueued it","holder":"' .. holder .. '"}')
end
