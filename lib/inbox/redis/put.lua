#!lua flags=allow-oom
-- Writes strings that must be written into a full Redis too, together.
-- KEYS  the keys
-- ARGV  what they hold from now on
-- Returns how many.
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i]) end
return #KEYS
