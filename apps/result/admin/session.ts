/**
 * A signed-in browser: a cookie that says until when, signed under a key derived from the admin token. No server keeps
 * anything, so every replica takes it, and another token ends all sessions.
 */

import { keyed, sameBytes } from "@tallyroom/lib/keyed"

export const SESSION_COOKIE = "tallyroom_admin"
/** A working day with an evening event; then the token is asked for again. */
const SESSION_S = 12 * 3_600
/** One browser sends one; more are somebody's play, and each costs an HMAC. */
const MOST_CANDIDATES = 4

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
      return setCookie(`${ends}.${sign(ends).toString("base64url")}`, SESSION_S, secure)
    },
    holds: (header, now) => candidates(header ?? "").some((value) => isGood(value, now)),
  }
}

/** The Set-Cookie header that signs a browser out. */
export function endSession(secure: boolean): string {
  return setCookie("", 0, secure)
}

function setCookie(value: string, seconds: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`
  return `${SESSION_COOKIE}=${value}; ${attributes}`
}

function candidates(header: string): string[] {
  return header
    .split(";", 256)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    .slice(0, MOST_CANDIDATES)
    .map((pair) => pair.slice(SESSION_COOKIE.length + 1))
}
