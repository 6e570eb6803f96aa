-- Jobs can be admitted: what their structures are is looked at before anything is written.
--@include admission
local VERB, earliest = 'admit', earliestDue()
redis.call('ZCARD', $deadlines)
redis.call('ZCARD', $awaiting)
redis.call('ZCARD', $cancelled)
redis.call('SCARD', $parents)
redis.call('SCARD', $extras)
