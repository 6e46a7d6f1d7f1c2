#!lua flags=allow-oom
-- Forgets what was missing of a poll, once it is booked, unless vote has told of more meanwhile.
-- missing  {s}:missing
-- number  of the poll
local missing = unpack(KEYS)
local number = ARGV[1]

if redis.call('HGET', missing, number) == '0' then redis.call('HDEL', missing, number) end
return 0
