#!lua flags=allow-oom
-- Writes voters back into a shard that is being restored, as long as nobody else has taken it up.
-- voters  {s}:voters:<id>, fence  {s}:gate
-- marker  what the fence holds while the caller restores the shard
-- ARGV[2…]  voter, standing ballot, … ; none: forget all voters
-- Returns 'written' or 'fenced'.
local voters, fence = unpack(KEYS)
local marker = ARGV[1]

if redis.call('GET', fence) ~= marker then return 'fenced' end
if #ARGV == 1 then redis.call('UNLINK', voters) end
for i = 2, #ARGV, 2 do redis.call('HSET', voters, ARGV[i], ARGV[i + 1]) end
return 'written'
