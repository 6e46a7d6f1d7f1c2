/**
 * The session of an admin: a cookie that says when it ends, signed with a key derived from the admin token. No server stores
 * sessions, so every replica accepts them, and another token ends them all.
 */

import { keyed, sameBytes } from "@tallyroom/lib/ballots/keyed"
import { cookieValues, forgetCookie, setCookie } from "@tallyroom/lib/http/cookies"

const SESSION_COOKIE = "tallyroom_admin"
/** A working day with an evening event. After that the token is asked for again. */
const SESSION_S = 12 * 3_600

export type Sessions = {
  /** The Set-Cookie header of a new session that begins at `now` (ms). */
  start: (now: number, secure: boolean) => string
  /** Whether a Cookie header holds a session that has not ended. */
  holds: (header: string | null, now: number) => boolean
}

export function sessionsUnder(token: string): Sessions {
  const key = keyed(token, "admin session key", 32)
  const sign = (ends: string) => keyed(key, `admin session until ${ends}`, 32)

  const isGood = (value: string, now: number) => {
    const [ends = "", signature = ""] = value.split(".", 2)
    if (!/^\d{1,12}$/.test(ends) || Number(ends) * 1_000 <= now) return false
    return sameBytes(Buffer.from(signature, "base64url"), sign(ends))
  }

  return {
    start: (now, secure) => {
      const ends = String(Math.floor(now / 1_000) + SESSION_S)
      const value = `${ends}.${sign(ends).toString("base64url")}`
      return setCookie(SESSION_COOKIE, value, { seconds: SESSION_S, secure, sameSite: "Strict" })
    },
    holds: (header, now) => cookieValues(header, SESSION_COOKIE).some((value) => isGood(value, now)),
  }
}

/**
 * The Set-Cookie headers that sign a browser out. Somebody who copied the cookie keeps the session until it ends by itself:
 * only another admin token ends it everywhere.
 */
export function endSession(secure: boolean): string[] {
  return forgetCookie(SESSION_COOKIE, { secure, sameSite: "Strict" })
}
