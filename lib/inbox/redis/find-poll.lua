-- Finds the copy of a poll, for a vote app that must not believe a Redis which no worker has verified.
-- poll  {s}:poll:<id>, fence  {s}:gate
-- Returns { the poll as JSON or '', its state or '', the fence or '', what serves (run id and replication id) }.
local poll, fence = unpack(KEYS)

-- @include serving

local json, state = unpack(redis.call('HMGET', poll, 'poll', 'state'))
return { json or '', state or '', redis.call('GET', fence) or '', serving() }
