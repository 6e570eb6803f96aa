-- Redis's clock, ms since 1970. Asked once in a call of a script, and only if somebody needs it.
local asked
local function now()
  if not asked then
    local time = redis.call('TIME')
    asked = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return asked
end
