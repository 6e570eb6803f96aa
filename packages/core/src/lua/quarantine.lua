-- Moves a claimed job aside whose record its worker cannot decode.
-- Transition: processing -> (quarantine)
-- KEYS: 1 prefix
-- ARGV: 1 worker, then per job: claim number, id
-- Returns: per job "OK", "ALREADY", "LOST" or "GONE"
local P = KEYS[1]
--@include now
--@include place
--@include quarantine
--@include loosen
--@include take
local worker, outcomes = ARGV[1], {}
for i = 2, #ARGV, 2 do
  local mark, answer = take(worker, ARGV[i], ARGV[i + 1], 'X')
  if mark and isTied(mark) then loosen(ARGV[i + 1], nil, 'X') end
  if mark then quarantine(ARGV[i + 1]) end
  outcomes[#outcomes + 1] = mark and 'OK' or answer
end
return outcomes
