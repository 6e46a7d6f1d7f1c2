-- Each thread has one connection, and on it one browser after the other: it opens the page, sends the page's form with the cookies that it has by
-- then, and goes where it is led. What its last page must say stands last on the command line; of a compressed page, which nobody reads here, its status
-- must do.
local ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
local FORM = "application/x-www-form-urlencoded"
local threads = {}
local cookies, asked, hasVoted, says
-- Read by the main thread at the end.
visits, failed = 0, 0

local function ask(method, path, body)
  local headers = { Accept = ACCEPT, ["Accept-Encoding"] = "gzip, deflate, br" }
  local sent = {}
  for name, value in pairs(cookies) do sent[#sent + 1] = name .. "=" .. value end
  if #sent > 0 then headers.Cookie = table.concat(sent, "; ") end
  if body then headers["Content-Type"] = FORM end
  asked = wrk.format(method, path, headers, body)
end

local function open()
  cookies, hasVoted = {}, false
  ask("GET", "/")
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  says = args[#args]
  open()
end

function request()
  return asked
end

-- Servers spell the names of headers as they like.
local function header(headers, wanted)
  for name, value in pairs(headers) do
    if name:lower() == wanted then return value end
  end
  return ""
end

function response(status, headers, body)
  local name, value = header(headers, "set-cookie"):match("^([^=]+)=([^;]*)")
  if name then cookies[name] = value end
  if status == 303 then
    ask("GET", header(headers, "location"))
  elseif status == 200 and not hasVoted then
    hasVoted = true
    ask("POST", "/", "vote=a")
  else
    local isCompressed = header(headers, "content-encoding") ~= ""
    if status == 200 and (isCompressed or body:find(says, 1, true)) then visits = visits + 1 else failed = failed + 1 end
    open()
  end
end

function done(summary)
  local errors = summary.errors
  local whole, refused = 0, 0
  for _, thread in ipairs(threads) do
    whole = whole + thread:get("visits")
    refused = refused + thread:get("failed")
  end
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d}\n',
    whole + refused, summary.duration / 1e6, refused,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
