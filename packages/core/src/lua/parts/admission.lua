-- What is needed to admit jobs, looked at before anything is written.
--@include now
--@include wake
--@include place
--@include quarantine
--@include push
--@include put
--@include ties
--@include limits
--@include state
--@include follow
--@include ended
--@include trim
--@include hold
--@include attach
--@include timer
local VERB, earliest = 'admit', earliestDue()
redis.call('ZCARD', $deadlines)
redis.call('ZCARD', $awaiting)
redis.call('ZCARD', $cancelled)
redis.call('SCARD', $parents)
redis.call('SCARD', $extras)
