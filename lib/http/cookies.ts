/** Cookies: reading a Cookie header (RFC 6265, section 4.2.1), and writing Set-Cookie. */

/** One browser sends one of a name; more are somebody's play. */
const MOST_OF_A_NAME = 4
const MOST_PAIRS = 256

type CookieOptions = {
  path: string
  /** With 0 the browser forgets the cookie. */
  seconds: number
  /** The browser sends it over HTTPS alone. */
  secure: boolean
  /** `Strict`: not even a link on another site brings it. */
  sameSite: "Lax" | "Strict"
  /** Whether scripts may read it. */
  forScripts?: boolean
}

/** A Set-Cookie header. */
export function setCookie(name: string, value: string, options: CookieOptions): string {
  const { path, seconds, secure, sameSite, forScripts = false } = options
  const who = `${forScripts ? "" : "HttpOnly; "}SameSite=${sameSite}${secure ? "; Secure" : ""}`
  return `${name}=${value}; Path=${path}; Max-Age=${seconds}; ${who}`
}

/** The values that a Cookie header gives this name, the first few. */
export function cookieValues(header: string | null, name: string): string[] {
  return (header ?? "")
    .split(";", MOST_PAIRS)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .slice(0, MOST_OF_A_NAME)
    .map((pair) => pair.slice(name.length + 1))
}
