/** Reads the books of a poll, as the audit reads them from Postgres. */

import type { Database } from "@tallyroom/lib/database"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { z } from "zod"
import { withDeadline, withLongDeadline } from "../../database/deadline"
import type { Books } from "./books-balance"

const count = z.coerce.number()
const booksSchema = z.object({
  ...{
    accepted: count,
    counted: count,
    replaced: count,
    late: count,
    setAside: count,
    lost: count,
    copies: count,
  },
  ...{ tally: count, recount: count.nullable(), lostAtLeast: z.boolean() },
})

/** Counting all votes of a large poll takes seconds. */
const RECOUNT_DEADLINE_MS = 20_000

/** All columns are of the same moment. @param recount whether to count the votes too */
export async function readBooks(sql: Database, poll: number, recount: boolean): Promise<Books> {
  const [row] = await (recount
    ? withLongDeadline(sql, RECOUNT_DEADLINE_MS, (patient) => booksRow(patient, poll, true))
    : withDeadline(booksRow(sql, poll, false)))
  return booksSchema.parse(row)
}

function booksRow(sql: Queries, poll: number, recount: boolean) {
  return sql`
    SELECT COALESCE(sum(accepted - copies), 0) AS accepted, COALESCE(sum(counted), 0) AS counted,
      COALESCE(sum(replaced), 0) AS replaced, COALESCE(sum(late), 0) AS late,
      COALESCE(sum(set_aside), 0) AS "setAside", COALESCE(sum(lost), 0) AS lost,
      COALESCE(sum(copies), 0) AS copies,
      EXISTS (SELECT FROM polls JOIN inbox_losses ON at BETWEEN created_at AND COALESCE(final_at, 'infinity')
        WHERE number = ${poll} AND state <> 'draft') AS "lostAtLeast",
      COALESCE((SELECT sum(votes) FROM tallies WHERE poll = ${poll}), 0) AS tally,
      ${recount ? sql`(SELECT count(*) FROM votes WHERE poll = ${poll})` : sql`NULL`} AS recount
    FROM books WHERE poll = ${poll}`
}
