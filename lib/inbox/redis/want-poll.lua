-- Asks the worker for a poll that is made from a template by its first vote.
-- wanted  {s0}:wanted, wanters  {s0}:wanters
-- id  the poll's id
-- most  the most polls that may be wanted at once, so that a flood of made-up ids takes no more memory
-- network  who asks, empty where that was noted already; share  how many polls a network may ask for in a day
-- Returns 1 when the worker will hear of it, 0 when too many are wanted already, and -<seconds until the next day> when the network
-- has asked for as many as it may.
local wanted, wanters = unpack(KEYS)
local id, most, network, share = unpack(ARGV)
local DAY = 24 * 60 * 60

if redis.call('SISMEMBER', wanted, id) == 1 then return 1 end
if redis.call('SCARD', wanted) >= tonumber(most) then return 0 end

if network ~= '' then
  local now = tonumber(redis.call('TIME')[1])
  local today = string.format('%d', now / DAY)
  local noted = redis.call('HGET', wanters, network)
  local day, asked = string.match(noted or '', '^(%d+) (%d+)$')
  asked = day == today and tonumber(asked) or 0
  if asked >= tonumber(share) then return now % DAY - DAY end
  redis.call('HSET', wanters, network, today .. ' ' .. string.format('%d', asked + 1))
end
redis.call('SADD', wanted, id)
return 1
