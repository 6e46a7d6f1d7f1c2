-- Writes a poll's copy into a shard. Where the shard stands with it is told in the same step: a poll that is paused or
-- closed here accepts nothing after the stream's last id, as long as it stays so.
-- KEYS[1] {s}:poll:<id>, KEYS[2] {s}:inbox, KEYS[3] {s}:voters:<id>, KEYS[4] {s}:gate
-- ARGV[1] the acceptance count that Postgres knows: the counter here can't be below it
-- ARGV[2] the marker in the fence of whoever is restoring this shard and may replace anything in it; or empty
-- ARGV[3] '1' if the copy was written before and must be here
-- ARGV[4], ARGV[5] the poll's number and revision
-- ARGV[6…] the other fields: field, value, …
-- Returns { outcome, the stream's last id }:
--   written  the copy stands, or a poll that was deleted here, or a later one under its id
--   behind   nothing was written: this Redis has lost something, or holds garbage
--   older    nothing was written: a newer revision stands here
--   fenced   nothing was written: somebody else has taken up the shard
local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == kind or found == 'none'
end
local restoring = ARGV[2] ~= ''
if restoring and redis.call('GET', KEYS[4]) ~= ARGV[2] then return { 'fenced', '0-0' } end
if not is(KEYS[2], 'stream') or not is(KEYS[3], 'hash') then return { 'behind', '0-0' } end
if not is(KEYS[1], 'hash') then redis.call('DEL', KEYS[1]) end
local last = '0-0'
if redis.call('EXISTS', KEYS[2]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
local number, revision, state = unpack(redis.call('HMGET', KEYS[1], 'number', 'revision', 'state'))
if not state and ARGV[3] == '1' and not restoring then return { 'behind', last } end
local known, ours = tonumber(number or ''), tonumber(ARGV[4])
if known and (known > ours or (known == ours and state == 'deleted')) then return { 'written', last } end
if known and known < ours then
  redis.call('UNLINK', KEYS[1], KEYS[3])
  revision = nil
end
if not restoring and (tonumber(revision) or 0) > tonumber(ARGV[5]) then return { 'older', last } end
local accepted = tonumber(redis.call('HGET', KEYS[1], 'accepted') or '0') or -1
if accepted < tonumber(ARGV[1]) then
  if not restoring then return { 'behind', last } end
  redis.call('HSET', KEYS[1], 'accepted', ARGV[1])
end
redis.call('HSETNX', KEYS[1], 'accepted', '0')
redis.call('HSET', KEYS[1], 'number', ARGV[4], 'revision', ARGV[5], unpack(ARGV, 6))
return { 'written', last }
