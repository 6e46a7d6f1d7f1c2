/** The visitor: a random id in a signed cookie, by which a browser is known again and nothing else is. */

import { keyed, keyedText, sameBytes } from "@tallyroom/lib/ballots/keyed"

export const VISITOR_COOKIE = "tallyroom_visitor"

/** The longest that browsers keep a cookie. */
const MAX_AGE_S = 400 * 24 * 60 * 60
/** One browser sends one; more are somebody's play, and each costs an HMAC. */
const MOST_CANDIDATES = 4
const SIGNATURE_BYTES = 32
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `stale`: signed by an older secret, or new; its cookie is to be set. */
export type Visitor = { id: string; stale: boolean }

export class Visitors {
  private readonly newest: string

  /**
   * @param secrets the first signs, all are accepted
   * @param onForged hears of every cookie that was not signed here
   */
  constructor(
    private readonly secrets: string[],
    private readonly onForged: () => void,
  ) {
    const [newest] = secrets
    if (newest === undefined) throw new Error("There must be a secret to sign cookies with.")
    this.newest = newest
  }

  /** The visitor of a Cookie header; null when there is none, or only a forged one. */
  read(header: string | null): Visitor | null {
    if (header === null || !header.includes(VISITOR_COOKIE)) return null
    for (const value of candidates(header)) {
      const visitor = this.verify(value)
      if (visitor) return visitor
      this.onForged()
    }
    return null
  }

  create(): Visitor {
    return { id: Bun.randomUUIDv7(), stale: true }
  }

  /** The Set-Cookie header that makes a browser this visitor. */
  setCookie({ id }: Visitor, secure: boolean): string {
    const signature = keyedText(this.newest, signed(id), SIGNATURE_BYTES)
    const attributes = `Path=/; Max-Age=${MAX_AGE_S}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`
    return `${VISITOR_COOKIE}=${id}.${signature}; ${attributes}`
  }

  private verify(value: string): Visitor | null {
    const [id = "", signature = ""] = value.split(".", 2)
    if (!UUID.test(id)) return null
    const given = Buffer.from(signature, "base64url")
    for (const secret of this.secrets) {
      if (sameBytes(given, keyed(secret, signed(id), SIGNATURE_BYTES)))
        return { id, stale: secret !== this.newest }
    }
    return null
  }
}

function signed(id: string): string {
  return `visitor ${id}`
}

function candidates(header: string): string[] {
  return header
    .split(";", 256)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${VISITOR_COOKIE}=`))
    .slice(0, MOST_CANDIDATES)
    .map((pair) => pair.slice(VISITOR_COOKIE.length + 1))
}
