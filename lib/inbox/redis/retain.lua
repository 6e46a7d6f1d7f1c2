#!lua flags=allow-oom
-- Moves what was counted from a shard's stream to the one of retained ballots, notes up to where it is counted, and drops what was
-- retained for long enough, or takes too much room. Each call moves a part, so that ballots need not wait for it.
-- inbox  {s}:inbox, counted  {s}:counted, retained  {s}:retained
-- position  up to which everything is in Postgres; age  for how many ms ballots are retained; bytes  that they may take
-- Returns 1 while there is more to move, else 0.
local inbox, counted, retained = unpack(KEYS)
local position, age, bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local MOVED_AT_ONCE = 1000
-- No ballot has as much.
local MOST_TEXT = 4096
-- More than are moved, so that dropping keeps up; few, so that a clock that is wrong for a moment does not cost everything.
local DROPPED_AT_ONCE = 2000
-- From this share of Redis's memory on retained ballots make room, long before a voter's would be refused.
local MEMORY_SHARE = 0.8

-- @include note-counted

-- Removes the oldest until so many are left.
local function keep(length)
  redis.pcall('XTRIM', retained, 'MAXLEN', string.format('%.0f', math.max(0, math.floor(length))))
end

local function drop_old()
  local clock = redis.call('TIME')
  local oldest = string.format('%.0f', math.max(0, clock[1] * 1000 + math.floor(clock[2] / 1000) - age))
  if redis.call('XLEN', retained) <= DROPPED_AT_ONCE then redis.call('XTRIM', retained, 'MINID', oldest)
  else redis.call('XTRIM', retained, 'MINID', '~', oldest, 'LIMIT', DROPPED_AT_ONCE) end
end

local function bound_size()
  local taken = redis.call('MEMORY', 'USAGE', retained) or 0
  local length = redis.call('XLEN', retained)
  if taken > bytes then keep(length * bytes / taken * 0.95) end
end

-- Returns whether memory is so short that nothing more may be retained.
local function make_room()
  local info = redis.call('INFO', 'memory')
  local used, most = string.match(info, 'used_memory:(%d+)'), string.match(info, 'maxmemory:(%d+)')
  if not most or tonumber(most) == 0 or tonumber(used) < tonumber(most) * MEMORY_SHARE then return false end
  keep(redis.call('XLEN', retained) / 2 - MOVED_AT_ONCE)
  return true
end

-- What else an intruder may have appended has perhaps more fields than Lua can hand on, and is never counted.
local function may_be_ballot(fields) return #fields == 2 and #fields[2] <= MOST_TEXT end

note_counted(counted, position)
if redis.call('TYPE', retained).ok ~= 'stream' then redis.call('UNLINK', retained) end
local is_full = make_room()
local entries = redis.call('XRANGE', inbox, '-', position, 'COUNT', MOVED_AT_ONCE)
for _, entry in ipairs(entries) do
  -- What has an id before the last retained one is no ballot that this Redis gave: it is not retained.
  if not is_full and may_be_ballot(entry[2]) then redis.pcall('XADD', retained, entry[1], unpack(entry[2])) end
  redis.call('XDEL', inbox, entry[1])
end
if redis.call('TYPE', retained).ok == 'stream' then
  drop_old()
  bound_size()
end
return #entries == MOVED_AT_ONCE and 1 or 0
