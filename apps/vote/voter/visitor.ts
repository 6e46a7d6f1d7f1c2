/** The visitor: a random id in a signed cookie, by which a browser is recognised. It says nothing else about anybody. */

import { keyed, keyedText, sameBytes } from "@tallyroom/lib/ballots/keyed"
import { cookieValues, hasPlainName, setCookie } from "@tallyroom/lib/http/cookies"

export const VISITOR_COOKIE = "tallyroom_visitor"

/** Browsers keep a cookie at most this long. */
export const MAX_AGE_S = 400 * 24 * 60 * 60
const SIGNATURE_BYTES = 32
export const VISITOR_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * `stale`: the cookie is new or was signed by an older secret, so that it has to be set. `plain`: its name is the one of plain
 * HTTP, which it must not keep over HTTPS.
 */
export type Visitor = { id: string; stale: boolean; plain: boolean }

/** Whether an answer to this request has to set the visitor's cookie. */
export function mustSetCookie({ stale, plain }: Visitor, isSecure: () => boolean): boolean {
  return stale || (plain && isSecure())
}

export class Visitors {
  private readonly newest: string

  /**
   * @param secrets the first one signs, and all are accepted
   * @param onForged is called for every cookie that was not signed here
   */
  constructor(
    private readonly secrets: string[],
    private readonly onForged: () => void,
  ) {
    const [newest] = secrets
    if (newest === undefined) throw new Error("There must be a secret to sign cookies with.")
    this.newest = newest
  }

  /** The visitor of a Cookie header; null if there is no visitor cookie, or only a forged one. */
  read(header: string | null): Visitor | null {
    if (header === null || !header.includes(VISITOR_COOKIE)) return null
    for (const value of cookieValues(header, VISITOR_COOKIE)) {
      const found = this.verify(value)
      if (found) return { ...found, plain: hasPlainName(header, VISITOR_COOKIE) }
      this.onForged()
    }
    return null
  }

  create(): Visitor {
    return { id: Bun.randomUUIDv7(), stale: true, plain: false }
  }

  /** The Set-Cookie header that makes a browser this visitor. */
  setCookie({ id }: Pick<Visitor, "id">, secure: boolean): string {
    const signature = keyedText(this.newest, signed(id), SIGNATURE_BYTES)
    const options = { seconds: MAX_AGE_S, secure, sameSite: "Lax" } as const
    return setCookie(VISITOR_COOKIE, `${id}.${signature}`, options)
  }

  private verify(value: string): Omit<Visitor, "plain"> | null {
    const [id = "", signature = ""] = value.split(".", 2)
    if (!VISITOR_ID.test(id)) return null
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
