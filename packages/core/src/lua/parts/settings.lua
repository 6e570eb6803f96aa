-- The settings of a queue; what is not there, or was damaged by hand, sets nothing.
local function settingsOf(queue)
  local text = redis.pcall('HGET', $settings, queue)
  local ok, set = pcall(cjson.decode, type(text) == 'string' and text or '')
  return ok and type(set) == 'table' and set or {}
end
