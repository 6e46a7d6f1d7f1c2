/** The Host header: by which name a client came. Links for other machines are made of it. */

import { Problem } from "../errors"

/** A name of DNS has 253 characters, and a port five digits. */
const MOST_CHARACTERS = 253 + ":65535".length

/**
 * Whether a Host header can name no host: it is given twice, which proxies read in different ways (RFC 9112, section 3.2), or is longer
 * than any name, and so than a QR code.
 */
export function isNoHost(request: Request): boolean {
  const host = request.headers.get("host")
  return host !== null && (host.length > MOST_CHARACTERS || host.includes(","))
}

export function hostUnreadable(): Problem {
  return new Problem(
    "request-malformed",
    "The Host header is not a host: correct it and send the request again.",
  )
}
