-- Notes up to where a shard is counted. A worker that comes late sets nothing back.
local function parts_of_id(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)')
  return tonumber(ms or '-1'), tonumber(seq or '-1')
end

local function note_counted(key, position)
  local noted = redis.pcall('GET', key)
  local ms, seq = parts_of_id(position)
  local noted_ms, noted_seq = parts_of_id(type(noted) == 'string' and noted or '')
  if ms > noted_ms or (ms == noted_ms and seq > noted_seq) then redis.call('SET', key, position) end
end
