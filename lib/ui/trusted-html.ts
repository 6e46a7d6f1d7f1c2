/**
 * Markup that our own programs made, for `innerHTML` and its like. Our pages allow no other (Trusted Types): a text of somebody
 * else that would reach such a place without this function is refused by the browser, unless it has no tag (translatable.ts).
 */

import { TRUSTED_TYPES_POLICY } from "../http/trusted-types"

type Policy = { createHTML: (html: string) => string }
type Rules = { createHTML: (html: string) => string | null }
export type WithTrustedTypes = { trustedTypes?: { createPolicy: (name: string, rules: Rules) => Policy } }

/** Beyond these all are made anew. A page shows a few hundred texts at a time. */
const MOST_KEPT = 2_000

const kept = new Map<string, string>()
const policy = (globalThis as WithTrustedTypes).trustedTypes?.createPolicy(TRUSTED_TYPES_POLICY, {
  createHTML: (html) => html,
})

/**
 * The same markup as the browser wants it; text to everybody else, as Trusted Types show it. Equal markup is the same object,
 * so that it can be seen that nothing has changed.
 */
export function trustedHtml(html: string): string {
  if (!policy) return html
  if (kept.size > MOST_KEPT) kept.clear()
  const made = kept.get(html) ?? policy.createHTML(html)
  kept.set(html, made)
  return made
}
