-- What a shard looks like now.
-- KEYS[1] {s}:gate, KEYS[2] {s}:inbox
-- Returns { what serves (run id and replication id), the fence or '', the stream's last id, entries waiting }.
local info = redis.call('INFO', 'server', 'replication')
local serving = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')
local last, length = '0-0', 0
if redis.call('TYPE', KEYS[2]).ok == 'stream' then
  local stream = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #stream, 2 do
    if stream[i] == 'last-generated-id' then last = stream[i + 1] end
    if stream[i] == 'length' then length = stream[i + 1] end
  end
end
local fence = redis.pcall('GET', KEYS[1])
return { serving, type(fence) == 'string' and fence or '', last, length }
