-- Writes voters back into a shard that is being restored, as long as nobody else has taken it up.
-- KEYS[1] {s}:voters:<id>, KEYS[2] {s}:gate
-- ARGV[1] the marker in the fence of whoever restores
-- ARGV[2…] voter, standing ballot, … ; none: forget all voters
-- Returns 'written' or 'fenced'.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'fenced' end
if #ARGV == 1 then redis.call('UNLINK', KEYS[1]) end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 'written'
