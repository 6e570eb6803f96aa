-- Writes down who changed what.
local function audit(actor, action, target, reason)
  redis.pcall('XADD', $audit, 'MAXLEN', '~', 10000, '*', 'actor', actor, 'action', action, 'target', target, 'reason', reason)
end
