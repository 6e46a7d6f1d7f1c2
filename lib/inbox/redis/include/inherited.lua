-- What this Redis process took over: the acceptance count of a poll when it accepted the first ballot of it, and when that was.
-- The poll's copy has it as "<what serves> <count> <ms>"; a copy that was made anew has none yet.
local INHERITED = 'inherited'

-- The count and the time; nil where an earlier process noted it, or nobody did.
local function inherited(noted, served_by)
  local by, count, since = string.match(noted or '', '^(%x+) (%d+) (%d+)$')
  if by == served_by then return tonumber(count), since end
end

local function as_inherited(served_by, count, since)
  return served_by .. ' ' .. string.format('%.0f', tonumber(count)) .. ' ' .. since
end

local function note_inherited(poll_key, served_by, count, since)
  redis.call('HSET', poll_key, INHERITED, as_inherited(served_by, count, since))
end
