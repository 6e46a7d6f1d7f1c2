-- Every request is one vote of a new visitor. The type of its body and the body stand last on the command line; the summary is printed as JSON.
wrk.method = "POST"

function init(args)
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
