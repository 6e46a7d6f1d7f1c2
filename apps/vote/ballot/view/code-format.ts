/** The format of a code while it is typed. */

const GROUP = 4
const GROUPS = /.{1,4}/g
const LENGTH = 16

/** Whether the text can be a code at all: it has as many letters and digits as every code. */
export function isWhole(typed: string): boolean {
  return typed.normalize("NFKC").replace(/[^0-9A-Z]/gi, "").length === LENGTH
}

/**
 * The text in upper case and groups of four. A text that is no code stays as it is, so that the server can say so.
 * @param before the text until now: a dash is added only when the text grows, so that it can be deleted
 */
export function formatCode(typed: string, before = ""): string {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "")
  if (!/^[0-9A-Z]*$/.test(plain) || plain.length > LENGTH) return typed
  const groups = plain.match(GROUPS) ?? []
  const full = plain.length > 0 && plain.length % GROUP === 0 && plain.length < LENGTH
  return groups.join("-") + (full && typed.length > before.length ? "-" : "")
}
