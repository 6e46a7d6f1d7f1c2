/** Answers that a client may have already. */

/**
 * Whether `If-None-Match` names this tag (RFC 9110, section 13.1.2): alone, in a list, weakened by a proxy that
 * compresses, or by `*`.
 * @param condition the header, or null without one
 * @param etag with its quotes
 */
export function namesTag(condition: string | null, etag: string): boolean {
  if (condition === null) return false
  return condition.split(",").some((tag) => ["*", etag, `W/${etag}`].includes(tag.trim()))
}
