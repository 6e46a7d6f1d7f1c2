#!lua flags=allow-oom
-- Writes a poll's copy into a shard. Where the shard stands with it is told in the same step: a poll that is paused or
-- closed here accepts nothing after the stream's last id, as long as it stays so.
-- poll  {s}:poll:<id>, inbox  {s}:inbox, voters  {s}:voters:<id>, fence  {s}:gate
-- least_accepted  the acceptance count that Postgres knows: the counter here can't be below it
-- marker  what the fence holds while the caller restores this shard and may replace anything in it; or empty
-- must_exist  '1' if the copy was written before and must be here
-- is_latest  '1' if there is no later poll under this id, so that a greater number here is garbage
-- number, revision  of the poll
-- ARGV[7…]  the other fields: field, value, …
-- Returns { outcome, the stream's last id }:
--   written  the copy stands, or a poll that was deleted here
--   later    nothing was written: a later poll stands under its id
--   behind   nothing was written: this Redis has lost something, or holds garbage
--   older    nothing was written: a newer revision stands here
--   fenced   nothing was written: somebody else has taken up the shard
local poll, inbox, voters, fence = unpack(KEYS)
local least_accepted, marker, must_exist, is_latest, number, revision = unpack(ARGV)
local OTHER_FIELDS = 7

-- @include last-id
-- @include serving
-- @include inherited
-- @include acceptance

local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == kind or found == 'none'
end

local restoring = marker ~= ''
if restoring and redis.call('GET', fence) ~= marker then return { 'fenced', '0-0' } end
if not is(inbox, 'stream') or not is(voters, 'hash') then return { 'behind', '0-0' } end
if not is(poll, 'hash') then redis.call('DEL', poll) end
local last = last_id(inbox)
local stored_number, stored_revision, stored_state = unpack(redis.call('HMGET', poll, 'number', 'revision', 'state'))
if not stored_state and must_exist == '1' and not restoring then return { 'behind', last } end
local known, ours = tonumber(stored_number or ''), tonumber(number)
if known and known > ours then
  if is_latest ~= '1' then return { 'later', last } end
  if not restoring then return { 'behind', last } end
  redis.call('DEL', poll)
  known, stored_revision, stored_state = nil, nil, nil
end
if known == ours and stored_state == 'deleted' then return { 'written', last } end
if known and known < ours then
  redis.call('UNLINK', poll, voters)
  stored_revision = nil
end
if not restoring and (tonumber(stored_revision) or 0) > tonumber(revision) then return { 'older', last } end
local served_by, noted = serving(), redis.call('HGET', poll, INHERITED)
local found, since = inherited(noted, served_by)
if noted and not found then redis.call('HDEL', poll, INHERITED) end
local accepted = acceptance(redis.call('HGET', poll, 'accepted') or '0') or -1
if restoring and accepted > MOST_TAKEN_OVER then accepted = -1 end
if accepted < tonumber(least_accepted) then
  if not restoring then return { 'behind', last } end
  if found then note_inherited(poll, served_by, found + tonumber(least_accepted) - accepted, since) end
  redis.call('HSET', poll, 'accepted', least_accepted)
end
redis.call('HSETNX', poll, 'accepted', '0')
redis.call('HSET', poll, 'number', number, 'revision', revision, unpack(ARGV, OTHER_FIELDS))
return { 'written', last }
