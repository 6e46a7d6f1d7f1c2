#!lua flags=allow-oom
-- Removes what was counted from a shard's stream, and notes up to where it is counted: what is not there any more was counted.
-- inbox  {s}:inbox, counted  {s}:counted, primary  {s}:primary
-- position  up to which everything is in Postgres; next  the smallest id after it; claim  the primary of Postgres that it is in
-- Refuses (OUTDATED) where a later primary has taken over: what an old one has may not be in that one.
local inbox, counted, primary = unpack(KEYS)
local position, next_id, claim = unpack(ARGV)

-- @include note-counted
-- @include outdated

if is_outdated(primary, claim) then return redis.error_reply('OUTDATED a later primary of Postgres has taken over') end
note_counted(counted, position)
redis.call('XTRIM', inbox, 'MINID', next_id)
return 0
