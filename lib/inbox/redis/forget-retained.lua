#!lua flags=allow-oom
-- Removes the ballots of a deleted poll from a stream of counted ones, bit by bit.
-- stream  {s}:inbox or {s}:retained
-- number  the poll's; after  the id behind which to go on, '-' for the beginning
-- Returns the id behind which to go on, or '' at the end.
local stream = unpack(KEYS)
local number, after = ARGV[1], ARGV[2]
local LOOKED_AT = 2000

if redis.call('TYPE', stream).ok ~= 'stream' then return '' end
local entries = redis.call('XRANGE', stream, after == '-' and '-' or '(' .. after, '+', 'COUNT', LOOKED_AT)
local prefix = number .. ' '
for _, entry in ipairs(entries) do
  local text = entry[2][2]
  if text and string.sub(text, 1, #prefix) == prefix then redis.call('XDEL', stream, entry[1]) end
end
return #entries == LOOKED_AT and entries[#entries][1] or ''
