#!lua flags=allow-oom
-- Notes which primary of Postgres a shard is counted in, unless a later one of the same data is noted.
-- primary  {s}:primary
-- claim  "<system> <timeline>"
-- Returns what is noted then.
local primary = unpack(KEYS)
local claim = ARGV[1]

-- @include outdated

if is_outdated(primary, claim) then return redis.call('GET', primary) end
redis.call('SET', primary, claim)
return claim
