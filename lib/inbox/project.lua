-- Writes a poll's copy into a shard. Where the shard stands with it is told in the same step: a poll that is closed here
-- accepts nothing after the stream's last id.
-- KEYS[1] {s}:poll:<id>, KEYS[2] {s}:inbox, KEYS[3] {s}:voters:<id>
-- ARGV[1] the acceptance count that Postgres knows: the counter here can't be below it
-- ARGV[2] what to do if it is: 'refuse' (this Redis lost something: write nothing), or 'raise' it
-- ARGV[3], ARGV[4] the poll's number and revision: an older revision never replaces a newer one, unless told to raise
-- ARGV[5…] the other fields: field, value, …
-- Returns { 'written' or 'behind', the stream's last id }. A key that is garbage counts as behind, too.
local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == kind or found == 'none'
end
if not is(KEYS[2], 'stream') or not is(KEYS[3], 'hash') then return { 'behind', '0-0' } end
if not is(KEYS[1], 'hash') then redis.call('DEL', KEYS[1]) end
local accepted = tonumber(redis.call('HGET', KEYS[1], 'accepted') or '0') or -1
local last = '0-0'
if redis.call('EXISTS', KEYS[2]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
if accepted < tonumber(ARGV[1]) then
  if ARGV[2] == 'refuse' then return { 'behind', last } end
  redis.call('HSET', KEYS[1], 'accepted', ARGV[1])
end
redis.call('HSETNX', KEYS[1], 'accepted', '0')
local number, revision = unpack(redis.call('HMGET', KEYS[1], 'number', 'revision'))
local is_older = number == ARGV[3] and (tonumber(revision) or 0) > tonumber(ARGV[4])
if ARGV[2] == 'raise' or not is_older then
  redis.call('HSET', KEYS[1], 'number', ARGV[3], 'revision', ARGV[4], unpack(ARGV, 5))
end
return { 'written', last }
