-- Which Redis answers: the run id, which changes when the process starts anew, and the replication id, which changes when
-- another server takes its place. Both have 40 hexadecimal digits. They are looked for as plain text, as a pattern would be tried at each
-- of some thousand characters.
local ID_DIGITS = 40

local function id_after(info, name)
  local _, last = string.find(info, name, 1, true)
  return string.sub(info, last + 1, last + ID_DIGITS)
end

local function serving()
  local info = redis.call('INFO', 'server', 'replication')
  return id_after(info, 'run_id:') .. id_after(info, 'master_replid:')
end
