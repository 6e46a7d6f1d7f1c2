/**
 * Markup that our own programs made, for `innerHTML` and its like. Our pages allow no other (Trusted Types): a text of somebody
 * else that would reach such a place without this function is refused by the browser.
 */

import { TRUSTED_TYPES_POLICY } from "../http/trusted-types"

type Policy = { createHTML: (html: string) => string }
type WithTrustedTypes = {
  trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy }
}

/** Beyond these the first ones are made anew. A page has a few hundred texts. */
const MOST_KEPT = 2_000

const kept = new Map<string, string>()
let policy: Policy | null | undefined

/**
 * The same markup as the browser wants it; text to everybody else, as Trusted Types show it. Equal markup is the same object,
 * so that it can be seen that nothing has changed.
 */
export function trustedHtml(html: string): string {
  const known = kept.get(html)
  if (known !== undefined) return known
  policy ??=
    (globalThis as WithTrustedTypes).trustedTypes?.createPolicy(TRUSTED_TYPES_POLICY, {
      createHTML: (made) => made,
    }) ?? null
  if (policy === null) return html
  const made = policy.createHTML(html)
  const [oldest] = kept.size < MOST_KEPT ? [] : kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
  kept.set(html, made)
  return made
}
