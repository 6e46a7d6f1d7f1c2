#!lua flags=allow-oom
-- Removes what was counted from a shard's stream, and notes up to where it is counted: what is not there any more was counted.
-- inbox  {s}:inbox, counted  {s}:counted
-- position  up to which everything is in Postgres; next  the smallest id after it
local inbox, counted = unpack(KEYS)
local position, next_id = unpack(ARGV)

-- @include note-counted

note_counted(counted, position)
redis.call('XTRIM', inbox, 'MINID', next_id)
return 0
