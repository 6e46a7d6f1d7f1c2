-- Tells the state of a shard.
-- fence  {s}:gate, inbox  {s}:inbox
-- Returns { what serves (run id and replication id), the fence or '', the stream's last id, entries waiting }.
local fence, inbox = unpack(KEYS)

-- @include serving
-- @include last-id

local value, waiting = redis.pcall('GET', fence), redis.pcall('XLEN', inbox)
return {
  serving(), type(value) == 'string' and value or '', last_id(inbox), type(waiting) == 'number' and waiting or 0,
}
