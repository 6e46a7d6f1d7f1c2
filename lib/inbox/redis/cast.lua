-- Decides ballots and writes the accepted ones, all in one step.
--
-- fence  {s}:gate, what serves (run id and replication id) where this shard may accept ballots
-- inbox  {s}:inbox, the stream of accepted ballots
-- KEYS[3…]  {s}:poll:<id>, {s}:voters:<id>: a pair for each poll that these ballots name
-- traces  {s}:traces, the last key, only where some of the ballots are traced
-- backlog_limit  the most entries that may wait in the stream
-- earliest, deadline  when the caller began and when it stops waiting, in ms of this Redis's clock: a later call changes nothing,
--           nor does one that seems to come before it was made, as the clock was set back since
-- change_after  a voter changes a vote this many ms after the last change at the earliest
-- waits     1 where the caller waits for replicas before it tells anybody of a vote, else 0
-- ARGV[6…]  for each pair the terms under which its voters were let in: "<poll number> <eligibility>", and after it
--           " <words>" where these were changed since the poll opened, or " <words> <form>" where a ballot's text is not an option's id
-- then      five for each ballot: the number of its pair, voter, option (or what else it says, which its form answers for), the id of the vote that it is to replace, as far
--           as its voter knows (0-0 for none, empty for whichever stands), and its owner: whoever else comes with the same
--           code, or from the same network, is told nothing that depends on the option. Empty in polls by browser. An empty option
--           asks for the vote that stands, and casts none: "stands …" as below, or "option-unknown" where there is none
-- last      with the key of the traces: "<ballot, counted from 1> <traceparent>" of each ballot that is traced, divided by commas
--
-- Returns { verdict, now, answer, …, count, … }: verdict is decided, restoring, expired or broken (then there is nothing after
-- now); an answer is "accepted <id>", "same <id>", "stands <id> <option>", "changed <id> <option>", "too-soon <ms to wait>", or the
-- name of a refusal; of another owner's vote these are "voted" and "newer"; a count, one for each pair, is "<acceptance count of
-- the poll in this shard> <since when this Redis accepts ballots of it, in ms>", or empty where this call accepted none.
local fence, inbox = KEYS[1], KEYS[2]
local backlog_limit, earliest, deadline = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local change_after, waits = tonumber(ARGV[4]), ARGV[5] == '1'
local FIXED_KEYS, FIXED_ARGUMENTS, BALLOT_ARGUMENTS = 2, 5, 5
local MOST_KEYS, MOST_ARGUMENTS = 1000, 4000
local TRACES_KEPT, TRACES_KEPT_SECONDS = 1000, 60

-- @include serving
-- @include inherited
-- @include acceptance

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local now_text = string.format('%.0f', now)

local served_by = serving()
if redis.pcall('GET', fence) ~= served_by then
  if string.find(redis.call('INFO', 'replication'), 'role:slave', 1, true) then
    return redis.error_reply('READONLY this Redis is a replica')
  end
  return { 'restoring', now_text }
end
-- Far more than vote ever sends: nobody keeps Redis busy with one call.
if #KEYS > MOST_KEYS or #ARGV > MOST_ARGUMENTS then return { 'broken', now_text } end
if now >= deadline or now < earliest then return { 'expired', now_text } end

-- All that could fail is read before the first write, so that a call is applied whole or not at all.
local waiting = redis.pcall('XLEN', inbox)
if type(waiting) ~= 'number' then return { 'broken', now_text } end
local places_left = backlog_limit - waiting

local function terms(number, eligibility, words, form)
  local who = number .. ' ' .. eligibility
  if form ~= '' then return who .. ' ' .. words .. ' ' .. form end
  return words == '0' and who or who .. ' ' .. words
end

local polls = {}
local traces = #KEYS % 2 == 1 and KEYS[#KEYS]
local pairs_given = math.floor((#KEYS - FIXED_KEYS) / 2)
for pair = 1, pairs_given do
  local poll_key, voters_key = KEYS[FIXED_KEYS + 2 * pair - 1], KEYS[FIXED_KEYS + 2 * pair]
  local found = redis.pcall('HMGET', poll_key, 'number', 'state', 'policy', 'opens', 'closes', 'options', 'accepted',
    'eligibility', 'words', 'form', INHERITED)
  if found.err or type(redis.pcall('HLEN', voters_key)) ~= 'number' then return { 'broken', now_text } end
  local number, state, policy, opens, closes, options, accepted, eligibility, words, form, noted = unpack(found)
  local refusal
  if not state or state == 'deleted' or state == 'draft' then refusal = 'poll-unknown'
  elseif not (number and policy and options and eligibility and acceptance(accepted)) then return { 'broken', now_text }
  elseif ARGV[FIXED_ARGUMENTS + pair] ~= terms(number, eligibility, words or '0', form or '') then
    refusal = 'stale'
  elseif state == 'open' and now < (tonumber(opens) or 0) then refusal = 'not-open'
  elseif (state ~= 'open' and state ~= 'paused') or now >= (tonumber(closes) or math.huge) then refusal = 'closed'
  elseif state == 'paused' then refusal = 'paused'
  end
  polls[pair] = {
    key = poll_key, voters = voters_key, number = number, refusal = refusal,
    changeable = policy == 'changeable', by_browser = eligibility == 'browser', known = {}, accepted = 0,
    -- A ballot of such a form was checked by whoever knew the same terms.
    options = (form or '') == '' and options,
    before = accepted, noted = noted,
  }
end

local function has_option(poll, option)
  if not poll.options then return true end
  if poll.known[option] == nil then
    poll.known[option] = string.find(poll.options, ',' .. option .. ',', 1, true) ~= nil
  end
  return poll.known[option]
end

local function is_after(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  if ms ~= other_ms then return tonumber(ms) > tonumber(other_ms) end
  return tonumber(seq) > tonumber(other_seq)
end

-- The id of a vote begins with the moment at which it was cast. After the clock was set back nobody waits for what it said.
local function wait_for_change(poll, standing_id)
  if poll.refusal or not poll.changeable then return 0 end
  local wait = tonumber(string.match(standing_id, '^(%d+)')) + change_after - now
  return wait > change_after and 0 or wait
end

-- Where a code or a network votes, the owner of the standing ballot is noted beside it.
local function owner_field(voter) return '=' .. voter end

local function is_own(poll, voter, id, owner)
  if poll.by_browser then return true end
  return owner ~= '' and redis.call('HGET', poll.voters, owner_field(voter)) == owner .. ' ' .. id
end

-- No answer depends on the option that stands, nor on whether the same one was chosen.
local function refuse_other(poll, option, replaces, standing_id)
  if poll.refusal then return poll.refusal end
  if not has_option(poll, option) then return 'option-unknown' end
  if not poll.changeable then return 'voted' end
  if replaces ~= '' and is_after(standing_id, replaces) then return 'newer' end
end

-- A vote that stands and that this call tells of.
local told_of

local function decide(poll, voter, option, replaces, owner)
  if poll.refusal == 'poll-unknown' or poll.refusal == 'stale' then return poll.refusal end
  local standing = redis.call('HGET', poll.voters, voter)
  local is_question = option == ''
  if is_question and not standing then return 'option-unknown' end
  if standing then
    local standing_option, standing_id = string.match(standing, '^(%S+) (%d+%-%d+)$')
    -- Nobody but an intruder writes that. An error would leave the others of this call without an answer.
    if not standing_id then return poll.refusal or 'voted' end
    local own = is_own(poll, voter, standing_id, owner)
    if is_question and not own then return 'voted' end
    local refusal = not own and refuse_other(poll, option, replaces, standing_id)
    if refusal then return refusal end
    told_of = { key = poll.voters, voter = voter, vote = standing }
    if is_question then return 'stands ' .. standing_id .. ' ' .. standing_option end
    if own and standing_option == option then return 'same ' .. standing_id end
    if not poll.refusal and not has_option(poll, option) then return 'option-unknown' end
    if not poll.refusal and not poll.changeable then return 'stands ' .. standing_id .. ' ' .. standing_option end
    -- The voter has chosen anew since, so this is not the last word: it came late, or another device does not know of that yet.
    if not poll.refusal and replaces ~= '' and is_after(standing_id, replaces) then
      return 'changed ' .. standing_id .. ' ' .. standing_option
    end
    local wait = wait_for_change(poll, standing_id)
    if wait > 0 then return 'too-soon ' .. wait end
  end
  if poll.refusal then return poll.refusal end
  if not has_option(poll, option) then return 'option-unknown' end
  if places_left <= 0 then return 'full' end
  local id = redis.call('XADD', inbox, '*', 'b', poll.number .. ' ' .. voter .. ' ' .. option)
  redis.call('HSET', poll.voters, voter, option .. ' ' .. id)
  if not poll.by_browser then redis.call('HSET', poll.voters, owner_field(voter), owner .. ' ' .. id) end
  poll.accepted = poll.accepted + 1
  places_left = places_left - 1
  return 'accepted ' .. id
end

local answers = { 'decided', now_text }
for i = FIXED_ARGUMENTS + pairs_given + 1, traces and #ARGV - 1 or #ARGV, BALLOT_ARGUMENTS do
  answers[#answers + 1] = decide(polls[tonumber(ARGV[i])], unpack(ARGV, i + 1, i + BALLOT_ARGUMENTS - 1))
end
if traces then
  for ballot, traceparent in string.gmatch(ARGV[#ARGV], '(%d+) ([%x-]+)') do
    local id = string.match(answers[2 + ballot] or '', '^accepted (.*)$')
    -- Whatever fails here, be it a right or the memory, loses a trace and no ballot.
    if id and not redis.pcall('XADD', traces, 'MAXLEN', '~', TRACES_KEPT, id, 't', traceparent).err then
      redis.pcall('EXPIRE', traces, TRACES_KEPT_SECONDS)
    end
  end
end
local has_written = false
for _, poll in ipairs(polls) do
  local count = ''
  if poll.accepted > 0 then
    has_written = true
    local _, since = inherited(poll.noted, served_by)
    if not since then
      since = now_text
      -- Vote's user may change no field of a copy. What an earlier process noted went when the copy was written into this one.
      -- By rules of before, it may change any, and not this way.
      local text = as_inherited(served_by, poll.before, since)
      if type(redis.pcall('HSETNX', poll.key, INHERITED, text)) ~= 'number' then
        note_inherited(poll.key, served_by, poll.before, since)
      end
    end
    count = string.format('%.0f ', redis.call('HINCRBY', poll.key, 'accepted', poll.accepted)) .. since
  end
  answers[#answers + 1] = count
end
-- Redis waits for what was written over the caller's own connection, and a vote that stands came over another one, perhaps just now:
-- written once more, it is waited for, and all that came before it.
if waits and told_of and not has_written then redis.call('HSET', told_of.key, told_of.voter, told_of.vote) end
return answers
