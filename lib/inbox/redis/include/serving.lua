-- Which Redis answers: the run id, which changes when the process starts anew, and the replication id, which changes when
-- another server takes its place.
local function serving()
  local info = redis.call('INFO', 'server', 'replication')
  return string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')
end
