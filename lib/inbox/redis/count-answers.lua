#!lua flags=allow-oom
-- Counts ballots that vote answered as taken, where a broker holds them: a full Redis keeps nobody from voting there.
-- poll  {s}:poll:<id>
-- field, count
-- Returns how many are counted in this field.
local poll = unpack(KEYS)
local field, count = unpack(ARGV)

return redis.call('HINCRBY', poll, field, count)
