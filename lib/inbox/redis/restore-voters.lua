#!lua flags=allow-oom
-- Writes voters back into a shard that is being restored, as long as nobody else has taken it up.
-- KEYS[1]  fence  {s}:gate; KEYS[2…]  {s}:voters:<id> of some polls
-- marker  what the fence holds while the caller restores the shard
-- ARGV[2…]  for each of these polls its voters, a line each: "<voter> <standing ballot>"; none: forget all voters of these polls
-- Returns 'written' or 'fenced'.
local marker = ARGV[1]
-- Lua's stack holds no more values of one call; an even number, as fields come in pairs.
local MOST_AT_ONCE = 4000

if redis.call('GET', KEYS[1]) ~= marker then return 'fenced' end
for key = 2, #KEYS do
  if #ARGV == 1 then
    redis.call('UNLINK', KEYS[key])
  else
    local fields, count = {}, 0
    for voter, ballot in string.gmatch(ARGV[key], '([^ \n]*) ([^\n]*)\n') do
      fields[count + 1], fields[count + 2] = voter, ballot
      count = count + 2
      if count == MOST_AT_ONCE then
        redis.call('HSET', KEYS[key], unpack(fields, 1, count))
        count = 0
      end
    end
    if count > 0 then redis.call('HSET', KEYS[key], unpack(fields, 1, count)) end
  end
end
return 'written'
