#!lua flags=no-writes
-- Reads what stands after a position, as XRANGE does, however large it is: an intruder who may append may append anything.
-- inbox  {s}:inbox, or what was retained of it
-- after  the position; count  the most entries; most_bytes  no further entry once so much was read; most_text  of the texts of an entry
--        so much is handed on at most: what has more is no ballot
-- Returns { "more" or "all", entries }: all means that nothing stands behind these.
local inbox = unpack(KEYS)
local after, count, most_bytes, most_text = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- So few at once that they fit into Redis's memory whatever they are.
local AT_ONCE = 8
-- What quotes and commas take in JSON: an entry of many empty texts is large, too.
local BYTES_BESIDE = 3

local function cut(fields)
  local kept, bytes = {}, 0
  for i = 1, #fields do
    if bytes > most_text then break end
    kept[i] = string.sub(fields[i], 1, most_text + 1 - bytes)
    bytes = bytes + #kept[i] + BYTES_BESIDE
  end
  return kept, bytes
end

local entries, bytes = {}, 0
while #entries < count and bytes < most_bytes do
  local asked = math.min(AT_ONCE, count - #entries)
  local found = redis.call('XRANGE', inbox, '(' .. after, '+', 'COUNT', asked)
  for _, entry in ipairs(found) do
    for _, text in ipairs(entry[2]) do bytes = bytes + #text end
    entries[#entries + 1] = { entry[1], (cut(entry[2])) }
    after = entry[1]
  end
  if #found < asked then return { 'all', entries } end
end
return { 'more', entries }
