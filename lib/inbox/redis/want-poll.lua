-- Asks the worker for a poll that is made from a template by its first vote.
-- wanted  {s0}:wanted
-- id  the poll's id
-- most  the most polls that may be wanted at once, so that a flood of made-up ids takes no more memory
-- Returns 1 when the worker will hear of it, 0 when too many are wanted already.
local wanted = unpack(KEYS)
local id, most = unpack(ARGV)

if redis.call('SISMEMBER', wanted, id) == 1 then return 1 end
if redis.call('SCARD', wanted) >= tonumber(most) then return 0 end
redis.call('SADD', wanted, id)
return 1
