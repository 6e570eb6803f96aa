-- Pushes ids onto a list. What stands there and is no list is set aside, so that no job is lost for it. Needs setAside.
local function push(command, list, ...)
  if type(redis.pcall(command, list, ...)) == 'number' then return end
  setAside(list, string.sub(list, #P + 1))
  redis.call(command, list, ...)
end
