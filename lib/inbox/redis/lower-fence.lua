#!lua flags=allow-oom
-- Lets a shard accept ballots in this Redis process, each with an id after the floor.
-- fence  {s}:gate, inbox  {s}:inbox
-- floor_ms, floor_seq  the floor
-- expected_fence, expected_serving  what inspect.lua found: both must be the same still
-- Returns 'open', or 'changed' when Redis was wiped, replaced or taken up by another worker in between.
local fence, inbox = unpack(KEYS)
local floor_ms, floor_seq, expected_fence, expected_serving = unpack(ARGV)

-- @include serving
-- @include last-id

if redis.call('GET', fence) ~= expected_fence or serving() ~= expected_serving then return 'changed' end
local ms, seq = tonumber(floor_ms), tonumber(floor_seq)
local last_ms, last_seq = string.match(last_id(inbox), '^(%d+)-(%d+)$')
last_ms, last_seq = tonumber(last_ms), tonumber(last_seq)
if ms > last_ms or (ms == last_ms and seq > last_seq) then
  -- An entry at the floor moves the stream's last id there. It is removed in the same step, so that nobody reads it.
  local floor = floor_ms .. '-' .. floor_seq
  redis.call('XADD', inbox, floor, 'b', 'floor')
  redis.call('XDEL', inbox, floor)
end
redis.call('SET', fence, expected_serving)
return 'open'
