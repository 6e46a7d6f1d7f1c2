/** What addresses of stores have in common: people paste them, with passwords as they are. */

/** What consoles show in the place of a password. */
const PLACEHOLDER = /\[YOUR-PASSWORD\]|\{your[-_]password\}|<(your[-_])?password>|\*{4,}/i

/** What is wrong with an address that still has a placeholder; null if it has none. */
export function placeholderFault(text: string): string | null {
  return PLACEHOLDER.test(text) ? "has a placeholder where the password belongs" : null
}

/** A % that no two hexadecimal digits follow stands for itself, and so does what is no UTF-8. */
export function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}
