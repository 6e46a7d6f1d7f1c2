-- Removes a deleted poll's copy and voters from a shard. In the copy's place a marker stays for a while, so that no
-- worker with an older reading can write the poll back; cast.lua takes it for an unknown poll.
-- KEYS[1] {s}:poll:<id>, KEYS[2] {s}:voters:<id>
-- ARGV[1] the poll's number, ARGV[2] seconds for which the marker stays
-- ARGV[3] where there is no copy: 'mark' leaves a marker, 'skip' leaves nothing
-- Returns 'tombstone', 'absent', or 'newer' when a later poll stands under this id, which stays as it is.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' and ARGV[3] == 'skip' then return 'absent' end
local accepted = '0'
if kind == 'hash' then
  local number, state, counter = unpack(redis.call('HMGET', KEYS[1], 'number', 'state', 'accepted'))
  local known = tonumber(number or '')
  if known and known > tonumber(ARGV[1]) then return 'newer' end
  if known == tonumber(ARGV[1]) and state == 'deleted' then return 'tombstone' end
  accepted = counter or '0'
end
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'number', ARGV[1], 'state', 'deleted', 'accepted', accepted)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 'tombstone'
