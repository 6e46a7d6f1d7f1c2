#!lua flags=allow-oom
-- Adds the ballots that vote was told to be accepted, and that this Redis lacks, to a poll's acceptance count, as if they had been
-- here when it took over. What is missing is 0 from then on, and stands there until forget-missing.lua.
-- missing  {s}:missing, poll  {s}:poll:<id>
-- number  of the poll
local missing, poll = unpack(KEYS)
local number = ARGV[1]

-- @include serving
-- @include inherited
-- @include acceptance

local lacks = acceptance(redis.call('HGET', missing, number)) or 0
local stored_number, accepted, noted = unpack(redis.call('HMGET', poll, 'number', 'accepted', INHERITED))
local had = acceptance(accepted)
if lacks > 0 and stored_number == number and had and had + lacks <= MOST_TAKEN_OVER then
  local served_by = serving()
  local found, since = inherited(noted, served_by)
  if found then note_inherited(poll, served_by, found + lacks, since) end
  redis.call('HINCRBY', poll, 'accepted', lacks)
end
redis.call('HSET', missing, number, '0')
return 0
