/**
 * By what the order is drawn in which a browser sees options: the id of its visitor. In a frame of another site browsers don't send the cookie
 * of the visitor. So a frame has a cookie of its own for that, which they keep apart for each site around it. Nobody votes by that one, and
 * it need not be signed: who makes one up sees another order.
 */

import { cookieValues, setCookie } from "@tallyroom/lib/http/cookies"
import type { Client } from "../voter/client"
import { MAX_AGE_S, VISITOR_ID } from "../voter/visitor"

const SEED_COOKIE = "tallyroom_order"

/**
 * The seed of this client in a frame, and the Set-Cookie header that keeps it; null for none. Over plain HTTP no browser keeps it.
 * @param visitor the id of the visitor
 * @param isNew whether the client sent no cookie of a visitor
 */
export function seedInFrame(
  client: Client,
  visitor: string,
  isNew: boolean,
): { seed: string; setCookie: string | null } {
  const [kept] = cookieValues(client.header("cookie"), SEED_COOKIE)
  if (kept !== undefined && VISITOR_ID.test(kept)) return { seed: kept, setCookie: null }
  const keeps = isNew && client.isSecure()
  return { seed: visitor, setCookie: keeps ? seedCookie(visitor) : null }
}

function seedCookie(seed: string): string {
  return setCookie(SEED_COOKIE, seed, { seconds: MAX_AGE_S, secure: true, sameSite: "None" })
}
