-- What keeps a shard's retained ballots within bounds. `dropped` names the first id that is retained still, where what came before left
-- earlier than its age, as room was short; it stays for as long as that matters: for the age.

-- From this share of Redis's memory on retained ballots make room, long before a voter's would be refused.
local MEMORY_SHARE = 0.8
-- Half of what there is goes at a time, and at least so many: what is left is worth less than a voter's ballot.
local DROPPED_AT_LEAST = 1000
-- A million goes within some milliseconds.
local DROPPED_AT_MOST = 1000000

-- Whether memory is so short that nothing may be retained beside the ballots that voters send.
local function is_memory_short()
  local info = redis.call('INFO', 'memory')
  local used, most = string.match(info, 'used_memory:(%d+)'), string.match(info, 'maxmemory:(%d+)')
  return most ~= nil and tonumber(most) > 0 and tonumber(used) >= tonumber(most) * MEMORY_SHARE
end

local function note_dropped(dropped, first, age)
  redis.call('SET', dropped, first, 'PX', string.format('%.0f', age))
end

-- Removes the oldest until so many are left, and notes it. Returns how many were removed.
local function keep(retained, dropped, length, age)
  local removed = redis.call('XTRIM', retained, 'MAXLEN', string.format('%.0f', math.max(0, math.floor(length))))
  if removed == 0 then return 0 end
  local first = redis.call('XRANGE', retained, '-', '+', 'COUNT', 1)[1]
  note_dropped(dropped, first and first[1] or last_id(retained), age)
  return removed
end

-- Returns how many went, so that others have room.
local function make_room(retained, dropped, age)
  if not is_memory_short() then return 0 end
  local length = redis.call('XLEN', retained)
  if length == 0 then return 0 end
  local left = math.min(length / 2, length - DROPPED_AT_LEAST)
  return keep(retained, dropped, math.max(left, length - DROPPED_AT_MOST), age)
end
