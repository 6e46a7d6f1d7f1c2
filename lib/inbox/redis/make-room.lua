#!lua flags=allow-oom
-- Drops retained ballots of a shard where Redis's memory is short: they are the first to go, also while nothing is counted.
-- retained  {s}:retained, dropped  {s}:dropped
-- age  for how many ms ballots are to be retained
-- Returns how many went.
local retained, dropped = unpack(KEYS)
local age = tonumber(ARGV[1])

-- @include last-id
-- @include retained

if redis.call('TYPE', retained).ok ~= 'stream' then return 0 end
return make_room(retained, dropped, age)
