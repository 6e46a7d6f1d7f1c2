/** The poll to which a receipt belongs: the one under whose salt it is signed. */

import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import type { Database } from "@tallyroom/lib/database"
import { withoutIgnorable } from "@tallyroom/lib/polls/names"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { withDeadline } from "../database/deadline"

/** A receipt alone, or as a part of an address: at its end, or before what follows there. */
const RECEIPT = /(?:^|[/=])([A-Za-z0-9_-]{54})(?=$|[/?#&])/

/** The receipt in what somebody pasted, broken into lines or not; null where there is none. */
export function receiptIn(pasted: string): string | null {
  const plain = withoutIgnorable(pasted).replace(/\s+/g, "")
  return RECEIPT.exec(plain)?.[1] ?? null
}

export type ReceiptFinder = {
  /** The id of the receipt's poll among those that are known; null when it is of none. */
  known: (receipt: string) => string | null
  /** The same with those that are new. */
  anew: (receipt: string) => Promise<string | null>
}

/**
 * Finds the poll of a receipt. Checking a signature takes microseconds, so all salts
 * are tried; they never change, and only those of polls that are new are read from Postgres.
 */
export function receiptFinder(sql: Database): ReceiptFinder {
  const known = new Map<number, { id: string; salt: string }>()
  const find = (receipt: string) => {
    for (const { id, salt } of [...known.values()].reverse()) if (readReceipt(salt, receipt)) return id
    return null
  }
  const readNew = async () => {
    // A poll gets its number before it is there for others, so that a younger one may have been seen before it.
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
