#!lua flags=allow-oom
-- Removes entries from the end of a stream with ids that no clock gives: after one of them Redis could give no other id.
-- inbox  {s}:inbox
-- Returns how many ids were removed.
local inbox = unpack(KEYS)

-- @include last-id

-- Whatever has more digits is no exact number for the worker, and is after the year 33658.
local MOST_DIGITS = 15

local function is_forged(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return #ms > MOST_DIGITS or #seq > MOST_DIGITS
end

local last = last_id(inbox)
if not is_forged(last) then return 0 end
local removed = 1
local top = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
while top and is_forged(top[1]) do
  redis.call('XDEL', inbox, top[1])
  removed = removed + 1
  top = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
end
if top then redis.call('XSETID', inbox, top[1]) else redis.call('DEL', inbox) end
return removed
