import { describe, expect, test } from "bun:test"
import { endSession, sessionsUnder } from "./session"

const NOW = 1_900_000_000_000
const HOUR = 3_600_000
const sessions = sessionsUnder("the-first-token-0123456789")
const cookieOf = (header: string) => header.split(";")[0] ?? ""

describe("a session", () => {
  const cookie = cookieOf(sessions.start(NOW, false))

  test("a session lasts twelve hours and no longer", () => {
    expect(sessions.holds(cookie, NOW)).toBe(true)
    expect(sessions.holds(`other=1; ${cookie}; tallyroom_lang=de`, NOW + 11.9 * HOUR)).toBe(true)
    expect(sessions.holds(cookie, NOW + 12 * HOUR)).toBe(false)
  })

  test("a session is accepted by every process with the same token, and by none with another", () => {
    expect(sessionsUnder("the-first-token-0123456789").holds(cookie, NOW)).toBe(true)
    expect(sessionsUnder("another-token-0123456789").holds(cookie, NOW)).toBe(false)
  })

  test("a session can't be forged, or made to last longer", () => {
    const [name = "", value = ""] = cookie.split("=", 2)
    const [ends = "", signature = ""] = value.split(".")
    const forged = [
      `${Number(ends) + 3_600}.${signature}`,
      `${ends}.${"A".repeat(signature.length)}`,
      `${ends}.`,
      ends,
      "",
      `0${ends}.${signature}`,
      `NaN.${signature}`,
    ]
    for (const text of forged) expect(sessions.holds(`${name}=${text}`, NOW)).toBe(false)
    expect(sessions.holds(null, NOW)).toBe(false)
    expect(sessions.holds(`x${cookie}`, NOW)).toBe(false)
  })

  test("the cookie of a session is hidden from scripts and other sites, and sent over HTTPS alone where there is HTTPS", () => {
    expect(sessions.start(NOW, false)).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
    expect(sessions.start(NOW, true)).toMatch(/^__Host-tallyroom_admin=.*; SameSite=Strict; Secure$/)
    for (const cookie of endSession(true)) {
      expect(cookie).toMatch(
        /^(__Host-)?tallyroom_admin=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict; Secure$/,
      )
    }
  })
})
