-- What a shard looks like now.
-- KEYS[1] {s}:gate, KEYS[2] {s}:inbox
-- Returns { run id of this Redis, the gate or '', the stream's last id, entries waiting }.
local serving = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local last, length = '0-0', 0
if redis.call('EXISTS', KEYS[2]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
    if info[i] == 'length' then length = info[i + 1] end
  end
end
return { serving, redis.call('GET', KEYS[1]) or '', last, length }
