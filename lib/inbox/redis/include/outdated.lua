-- Whether a later primary of the same Postgres is noted than the one that a worker counts in, "<system> <timeline>". Nothing is later
-- than one that does not tell.
local function is_outdated(key, claim)
  local noted = redis.pcall('GET', key)
  if type(noted) ~= 'string' then return false end
  local system, timeline = string.match(claim, '^(%d+) (%d+)$')
  local noted_system, noted_timeline = string.match(noted, '^(%d+) (%d+)$')
  return system ~= nil and system == noted_system and tonumber(timeline) < tonumber(noted_timeline)
end
