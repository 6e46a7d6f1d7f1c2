#!lua flags=allow-oom
-- Replaces a deleted poll's copy and voters in a shard by a tombstone. That stays for a while, so that no worker with an
-- older reading can write the poll back; cast.lua answers that there is no such poll.
-- poll  {s}:poll:<id>, voters  {s}:voters:<id>
-- number  the poll's number
-- kept_seconds  for which the tombstone stays
-- absent  what to leave where there is no copy: 'tombstone' or 'nothing'
-- Returns 'tombstone', 'absent', or 'newer' when a later poll stands under this id, which stays as it is.
local poll, voters = unpack(KEYS)
local number, kept_seconds, absent = unpack(ARGV)

local kind = redis.call('TYPE', poll).ok
if kind == 'none' and absent == 'nothing' then return 'absent' end
local accepted = '0'
if kind == 'hash' then
  local stored_number, state, stored_accepted = unpack(redis.call('HMGET', poll, 'number', 'state', 'accepted'))
  local known, ours = tonumber(stored_number or ''), tonumber(number)
  if known and known > ours then return 'newer' end
  if known == ours and state == 'deleted' then return 'tombstone' end
  accepted = stored_accepted or '0'
end
redis.call('UNLINK', poll, voters)
redis.call('HSET', poll, 'number', number, 'state', 'deleted', 'accepted', accepted)
redis.call('EXPIRE', poll, kept_seconds)
return 'tombstone'
