#!lua
-- Asks whether ballots could be written here, without writing any. As it names no flags, Redis refuses it just when it would refuse
-- to write: as a replica, with its memory full, or when it can't reach its disk or its replicas.
--
-- fence  {s}:gate
-- inbox  {s}:inbox
-- poll, voters  {s}:poll:<id>, {s}:voters:<id> of any poll, or none
--
-- Returns the name of a command of cast.lua that this user may not give; empty when there is none.
local fence, inbox, poll, voters = unpack(KEYS)

local function may(...) return redis.acl_check_cmd == nil or redis.acl_check_cmd(...) end

if not may('time') then return 'time' end
if not may('info', 'server') then return 'info' end
if not may('get', fence) then return 'get' end
if not may('hget', voters, '') then return 'hget' end
if not may('hlen', voters) then return 'hlen' end
if not may('xlen', inbox) then return 'xlen' end
if not may('xadd', inbox, '*', 'b', '') then return 'xadd' end
if not may('hset', voters, '', '') then return 'hset' end
if not may('hincrby', poll, '', '1') then return 'hincrby' end
if not may('hmget', poll, '') then return 'hmget' end
return ''
