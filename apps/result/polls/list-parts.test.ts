/** Parts of the list of polls: what they hold, and what they cost. */

import { expect, test } from "bun:test"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { usePollApi } from "../testing/poll-api"
import { type Part, readListParts } from "./poll-store"

const { create, running } = usePollApi()

const named = (parts: Part[]) => new Map(parts.map((part, i) => [String(i), part]))

test("each part has what its offset asks for, and shows drafts to admins alone", async () => {
  const { sql } = running()
  for (let i = 0; i < 4; i++) await create(`poll-${i}`, i === 1 ? { state: "draft" } : {})
  const parts = [0, 2, 4, 999_999_999].flatMap((offset) => [
    { offset, admin: false },
    { offset, admin: true },
  ])
  const read = await readListParts(sql, named(parts))
  expect([...read.values()].map(({ polls }) => polls.map(({ id }) => id).join(" "))).toEqual([
    ...["poll-3 poll-2 poll-0", "poll-3 poll-2 poll-1 poll-0"],
    ...["poll-0", "poll-1 poll-0"],
    ...["", "", "", ""],
  ])
  expect([...read.values()].some(({ hasMore }) => hasMore)).toBe(false)
})

/** How often this transaction has gone through the table of polls. */
async function scans(transaction: Queries): Promise<number> {
  const [row] = await transaction`
    SELECT seq_scan + coalesce(idx_scan, 0) AS scans FROM pg_stat_xact_user_tables WHERE relname = 'polls'`
  return Number(row?.scans)
}

test("hundreds of parts that are asked for at once cost no more than two", async () => {
  const { sql } = running()
  const offsets = Array.from({ length: 300 }, (_, i) => ({ offset: i * 7, admin: i % 2 === 0 }))
  await sql.begin(async (transaction) => {
    const costs = async (parts: Part[]) => {
      const before = await scans(transaction)
      await readListParts(transaction, named(parts))
      return (await scans(transaction)) - before
    }
    const few = await costs(offsets.slice(0, 2))
    expect(few).toBeGreaterThan(0)
    expect(await costs(offsets)).toBe(few)
  })
})
