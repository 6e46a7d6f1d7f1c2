-- What a shard looks like now.
-- KEYS[1] {s}:gate, KEYS[2] {s}:inbox
-- Returns { run id of this Redis, the gate or '', the stream's last id, entries waiting }.
local serving = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local last, length = '0-0', 0
if redis.call('TYPE', KEYS[2]).ok == 'stream' then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
    if info[i] == 'length' then length = info[i + 1] end
  end
end
local gate = redis.pcall('GET', KEYS[1])
return { serving, type(gate) == 'string' and gate or '', last, length }
