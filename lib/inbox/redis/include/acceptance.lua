-- An acceptance count that is garbage is none: no Redis accepts so many, and beyond them a double is not exact.
local MOST_ACCEPTED = 2 ^ 53 - 1
-- The worker takes none above this over, so that a counter which an intruder raised to it has room left for ballots.
local MOST_TAKEN_OVER = 2 ^ 52

local function acceptance(text)
  local count = string.match(text or '', '^%d+$') and tonumber(text)
  return count and count <= MOST_ACCEPTED and count or nil
end
