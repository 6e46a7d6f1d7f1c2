/** Finds the poll of a receipt: the one with whose salt it is signed. */

import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import type { Database } from "@tallyroom/lib/database"
import { withoutIgnorable } from "@tallyroom/lib/polls/names"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { withDeadline } from "../database/deadline"

/** A receipt alone, or at the end of a path or of a value in an address. */
const RECEIPT = /(?:^|[/=])([A-Za-z0-9_-]{54})(?=$|[/?#&])/

/** The receipt in a text that somebody pasted, which may have line breaks in it; null where there is none. */
export function receiptIn(pasted: string): string | null {
  const plain = withoutIgnorable(pasted).replace(/\s+/g, "")
  return RECEIPT.exec(plain)?.[1] ?? null
}

export type ReceiptFinder = {
  /** The id of the receipt's poll among the polls that this process has read; null when it belongs to none of them. */
  known: (receipt: string) => string | null
  /** The same after the polls that are new were read. */
  anew: (receipt: string) => Promise<string | null>
}

/**
 * Tries the salts of all polls, as checking a signature takes microseconds. Salts never change, so only those of new polls are
 * read from Postgres.
 */
export function receiptFinder(sql: Database): ReceiptFinder {
  const known = new Map<number, { id: string; salt: string }>()
  const find = (receipt: string) => {
    for (const { id, salt } of [...known.values()].reverse()) if (readReceipt(salt, receipt)) return id
    return null
  }
  const readNew = async () => {
    // A poll gets its number before others can see it, so a poll with a greater number may have been read earlier.
    const seen = numberArray(known.keys())
    const rows = await withDeadline(
      sql`SELECT number, id, salt FROM polls WHERE number <> ALL(${seen}::integer[]) ORDER BY number`,
    )
    for (const { number, id, salt } of rows) known.set(Number(number), { id: String(id), salt: String(salt) })
  }
  return {
    known: find,
    anew: async (receipt) => {
      await readNew()
      return find(receipt)
    },
  }
}
