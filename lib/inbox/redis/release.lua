#!lua flags=allow-oom
-- Removes what was counted from a shard's stream, and notes up to where it is counted: what is not there any more was counted.
-- inbox  {s}:inbox, counted  {s}:counted
-- position  up to which everything is in Postgres; next  the smallest id after it
-- A worker that comes late sets nothing back.
local inbox, counted = unpack(KEYS)
local position, next_id = unpack(ARGV)

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)')
  return tonumber(ms or '-1'), tonumber(seq or '-1')
end

local noted = redis.pcall('GET', counted)
local ms, seq = parts(position)
local noted_ms, noted_seq = parts(type(noted) == 'string' and noted or '')
if ms > noted_ms or (ms == noted_ms and seq > noted_seq) then redis.call('SET', counted, position) end
redis.call('XTRIM', inbox, 'MINID', next_id)
return 0
