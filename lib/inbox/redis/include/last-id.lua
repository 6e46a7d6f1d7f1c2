-- The greatest id that a stream ever gave an entry, even if the entry is gone; '0-0' where there is no stream.
local function last_id(key)
  if redis.call('TYPE', key).ok ~= 'stream' then return '0-0' end
  local info = redis.call('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
end
