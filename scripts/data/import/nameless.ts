/** Who a row is that names no voter: a voter of its own, told by what the row says. */

import { createHash } from "node:crypto"

/**
 * Rows that say the same are told apart by how many such rows stand above. So a row that is corrected or added makes no other
 * row another voter. The file's name belongs to it: the same row in another file is another voter.
 * @returns a function to be asked for each such row once, in the file's order
 */
export function nameless(file: string): (fields: Record<string, string>) => string {
  const above = new Map<string, number>()
  return ({ poll = "", option = "", code = "" }) => {
    const row = JSON.stringify([file, poll, option, code])
    const count = above.get(row) ?? 0
    above.set(row, count + 1)
    return `row ${createHash("sha256").update(`${row} ${count}`).digest("hex").slice(0, 24)}`
  }
}
