-- Lets a shard accept ballots in this Redis process, each with an id after the floor.
-- KEYS[1] {s}:gate, KEYS[2] {s}:inbox
-- ARGV[1], ARGV[2] the floor: ms and seq
-- ARGV[3] what the fence must still say, ARGV[4] what must still serve: run id and replication id
-- Returns 'open', or 'changed' when Redis was wiped, replaced or taken up by another worker in between.
-- The floor's entry is added and removed in one step: it only moves the stream's last id.
local info = redis.call('INFO', 'server', 'replication')
local serving = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')
if redis.call('GET', KEYS[1]) ~= ARGV[3] or serving ~= ARGV[4] then return 'changed' end
local last_ms, last_seq = 0, 0
if redis.call('EXISTS', KEYS[2]) == 1 then
  local stream = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #stream, 2 do
    if stream[i] == 'last-generated-id' then
      local ms, seq = string.match(stream[i + 1], '^(%d+)-(%d+)$')
      last_ms, last_seq = tonumber(ms), tonumber(seq)
    end
  end
end
local ms, seq = tonumber(ARGV[1]), tonumber(ARGV[2])
if ms > last_ms or (ms == last_ms and seq > last_seq) then
  local floor = ARGV[1] .. '-' .. ARGV[2]
  redis.call('XADD', KEYS[2], floor, 'b', 'floor')
  redis.call('XDEL', KEYS[2], floor)
end
redis.call('SET', KEYS[1], serving)
return 'open'
