/** Gives each row that names no voter a voter of its own, made from the row's content. */

import { createHash } from "node:crypto"

/** Whether a cell says so, as a person or an export writes it. */
export const saysYes = (cell: string) => /^(yes|true)$/i.test(cell.trim())

/**
 * Equal rows are told apart by how many of them stand above. So a row that is corrected or added does not turn another
 * row into another voter. The file's name counts too: the same row in another file is another voter.
 * @returns a function to be asked for each such row once, in the file's order
 */
export function nameless(file: string): (fields: Record<string, string>) => string {
  const above = new Map<string, number>()
  return ({ poll = "", option = "", code = "", abstained = "" }) => {
    const row = JSON.stringify([file, poll, option, code, ...(saysYes(abstained) ? ["abstained"] : [])])
    const count = above.get(row) ?? 0
    above.set(row, count + 1)
    return `row ${createHash("sha256").update(`${row} ${count}`).digest("hex").slice(0, 24)}`
  }
}
