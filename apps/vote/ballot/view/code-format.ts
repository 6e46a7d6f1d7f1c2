/** How a code looks while it is typed. */

const GROUP = 4
const GROUPS = /.{1,4}/g
const LENGTH = 16

/** Whether this can be a code at all: every one, however it is typed, has as many letters and digits. */
export function isWhole(typed: string): boolean {
  return typed.normalize("NFKC").replace(/[^0-9A-Z]/gi, "").length === LENGTH
}

/**
 * Upper case, in groups of four. What is no code is left as it is, for the server to say so.
 * @param before what stood there: a dash comes only when characters are added, so that it can be deleted
 */
export function formatCode(typed: string, before = ""): string {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "")
  if (!/^[0-9A-Z]*$/.test(plain) || plain.length > LENGTH) return typed
  const groups = plain.match(GROUPS) ?? []
  const full = plain.length > 0 && plain.length % GROUP === 0 && plain.length < LENGTH
  return groups.join("-") + (full && typed.length > before.length ? "-" : "")
}
