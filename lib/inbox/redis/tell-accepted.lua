-- Compares the acceptance count that vote was told with what this Redis has. One that came back without the end of its file, that
-- took another's place before it had everything, or that was emptied, has fewer: the worker adds and books what is missing.
-- missing  {s}:missing, poll  {s}:poll:<id>
-- number, count, since  of the poll, as cast.lua told it
-- Returns 'same' when it was this Redis, with this copy of the poll, that told it; 'absent' when no copy of this poll is here, which
-- may come; and else 'told'.
local missing, poll = unpack(KEYS)
local number, count, since = unpack(ARGV)

-- @include serving
-- @include inherited
-- @include acceptance

local stored_number, accepted, noted = unpack(redis.call('HMGET', poll, 'number', 'accepted', INHERITED))
if not stored_number or tonumber(stored_number) < tonumber(number) then return 'absent' end
local found, found_since = inherited(noted, serving())
if found_since == since then return 'same' end
if stored_number ~= number or not acceptance(accepted) then return 'told' end
local lacks = tonumber(count) - (found or tonumber(accepted))
if lacks > (acceptance(redis.call('HGET', missing, number)) or 0) then redis.call('HSET', missing, number, lacks) end
return 'told'
