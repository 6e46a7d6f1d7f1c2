/** The control room's cookies, which no script and no other site gets. */

/** One browser sends one of a name; more are somebody's play. */
const MOST_OF_A_NAME = 4
const MOST_PAIRS = 256

type CookieOptions = { path: string; seconds: number; secure: boolean }

/** A Set-Cookie header; with 0 seconds the browser forgets the cookie. */
export function setCookie(name: string, value: string, { path, seconds, secure }: CookieOptions): string {
  const attributes = `Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`
  return `${name}=${value}; ${attributes}`
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
