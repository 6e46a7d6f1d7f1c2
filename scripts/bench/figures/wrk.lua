-- Every request is the same: a vote of a new visitor, whose body's type and body stand last on the command line, or else a GET. The summary is
-- printed as JSON.
function init(args)
  if #args < 2 then return end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[#args - 1]
  wrk.body = args[#args]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
