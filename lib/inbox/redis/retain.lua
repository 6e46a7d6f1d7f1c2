#!lua flags=allow-oom
-- Moves what was counted from a shard's stream to the one of retained ballots, notes up to where it is counted, and drops what was
-- retained for long enough, or takes too much room. Each call moves a part, so that ballots need not wait for it.
-- inbox  {s}:inbox, counted  {s}:counted, retained  {s}:retained, dropped  {s}:dropped, primary  {s}:primary
-- position  up to which everything is in Postgres; age  for how many ms ballots are retained; bytes  that they may take;
-- now  by the worker's clock, in ms; claim  the primary of Postgres that it is in
-- Returns 1 while there is more to move, else 0. Refuses (OUTDATED) where a later primary has taken over.
local inbox, counted, retained, dropped, primary = unpack(KEYS)
local position, age, bytes, workers_now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local claim = ARGV[5]
local MOVED_AT_ONCE = 1000
-- No ballot has as much.
local MOST_TEXT = 4096
-- More than are moved, so that dropping keeps up; few, so that clocks that are wrong for a moment do not cost everything.
local DROPPED_AT_ONCE = 2000

-- @include note-counted
-- @include last-id
-- @include outdated
-- @include retained

-- What is old is so by Redis's clock and by the worker's: a single one that was set ahead costs nothing.
local function drop_old()
  local clock = redis.call('TIME')
  local now = math.min(clock[1] * 1000 + math.floor(clock[2] / 1000), workers_now)
  local oldest = string.format('%.0f', math.max(0, now - age))
  if redis.call('XLEN', retained) <= DROPPED_AT_ONCE then redis.call('XTRIM', retained, 'MINID', oldest)
  else redis.call('XTRIM', retained, 'MINID', '~', oldest, 'LIMIT', DROPPED_AT_ONCE) end
end

local function bound_size()
  local taken = redis.call('MEMORY', 'USAGE', retained) or 0
  if taken > bytes then keep(retained, dropped, redis.call('XLEN', retained) * bytes / taken * 0.95, age) end
end

-- What else an intruder may have appended has perhaps more fields than Lua can hand on, and is never counted.
local function may_be_ballot(fields) return #fields == 2 and #fields[2] <= MOST_TEXT end

if is_outdated(primary, claim) then return redis.error_reply('OUTDATED a later primary of Postgres has taken over') end
note_counted(counted, position)
if redis.call('TYPE', retained).ok ~= 'stream' then redis.call('UNLINK', retained) end
local entries = redis.call('XRANGE', inbox, '-', position, 'COUNT', MOVED_AT_ONCE)
local is_short = is_memory_short()
local last
for _, entry in ipairs(entries) do
  -- What has an id before the last retained one is no ballot that this Redis gave: it is not retained.
  if not is_short and may_be_ballot(entry[2]) then redis.pcall('XADD', retained, entry[1], unpack(entry[2])) end
  last = entry[1]
end
-- All that stands before the last one was moved, so that it need not be named: deleting each by its id costs far more.
if last then
  redis.call('XTRIM', inbox, 'MINID', last)
  redis.call('XDEL', inbox, last)
end
if is_short and #entries > 0 then note_dropped(dropped, position, age) end
if redis.call('TYPE', retained).ok == 'stream' then
  drop_old()
  bound_size()
  make_room(retained, dropped, age)
end
return #entries == MOVED_AT_ONCE and 1 or 0
