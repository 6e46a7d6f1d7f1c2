/**
 * Cookies: reading a Cookie header (RFC 6265, section 4.2.1), and writing Set-Cookie. Over HTTPS each name begins with __Host-
 * (RFC 6265bis, section 4.1.3.2): browsers then take the cookie from this host alone, so that no site beside it, such as
 * blog.example.org beside vote.example.org, can plant one. Over plain HTTP there is no such name.
 */

/** One browser sends one of a name; more are somebody's play. */
const MOST_OF_A_NAME = 4
const MOST_PAIRS = 256
const OF_THE_HOST = "__Host-"
/** Nothing else that JavaScript takes for a space: browsers let any host plant a name that has it before __Host-. */
const AROUND = /^[ \t]+|[ \t]+$/g

type CookieOptions = {
  /** With 0 the browser forgets the cookie. */
  seconds: number
  /** The browser sends it over HTTPS alone, and takes it from this host alone. */
  secure: boolean
  /**
   * `Strict`: not even a link on another site brings it. `None`: a frame in another site has it, too, and the browser keeps it apart for
   * each such site ("Partitioned"). Browsers take it over HTTPS alone.
   */
  sameSite: "Lax" | "Strict" | "None"
}

/** A Set-Cookie header, for all paths of the host and hidden from scripts. */
export function setCookie(name: string, value: string, { seconds, secure, sameSite }: CookieOptions): string {
  const whole = secure ? OF_THE_HOST + name : name
  const more = `${secure ? "; Secure" : ""}${sameSite === "None" ? "; Partitioned" : ""}`
  return `${whole}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${more}`
}

/** The Set-Cookie headers that make a browser forget a cookie; over HTTPS also as earlier versions called it there. */
export function forgetCookie(name: string, how: Omit<CookieOptions, "seconds">): string[] {
  const plain = setCookie(name, "", { ...how, seconds: 0, secure: false })
  return how.secure ? [setCookie(name, "", { ...how, seconds: 0 }), `${plain}; Secure`] : [plain]
}

/**
 * The values that a Cookie header gives this name, the first few. Where there is one that only this host can have set, the
 * others do not count. Earlier versions had the plain name over HTTPS, too, so without one it is still taken.
 */
export function cookieValues(header: string | null, name: string): string[] {
  // Most requests have none of most names, and dividing a header costs more than looking for one in it.
  if (header === null || !header.includes(name)) return []
  const ours = header.includes(OF_THE_HOST) ? valuesOf(header, OF_THE_HOST + name) : []
  return ours.length > 0 ? ours : valuesOf(header, name)
}

/** Whether a Cookie header has the name only as it is over plain HTTP, and was over HTTPS in earlier versions. */
export function hasPlainName(header: string | null, name: string): boolean {
  return header === null || valuesOf(header, OF_THE_HOST + name).length === 0
}

function valuesOf(header: string, name: string): string[] {
  return header
    .split(";", MOST_PAIRS)
    .map((pair) => pair.replace(AROUND, ""))
    .filter((pair) => pair.startsWith(`${name}=`))
    .slice(0, MOST_OF_A_NAME)
    .map((pair) => pair.slice(name.length + 1))
}
