#!lua flags=allow-oom
-- Makes a shard the inbox of a database, unless it is another one's.
-- room  {s}:room
-- instance  id of the database
-- Returns the id of the database whose inbox this is.
local room = unpack(KEYS)
local instance = ARGV[1]

local owner = redis.call('GET', room)
if owner then return owner end
redis.call('SET', room, instance)
return instance
