-- Asks the worker for a poll that is made from a template by its first vote.
-- KEYS[1] {s0}:wanted
-- ARGV[1] the poll's id, ARGV[2] the most polls that may be wanted at once: a flood of made-up ids takes no more room
-- Returns 1 when the worker will hear of it, 0 when too many are wanted already.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
return 1
