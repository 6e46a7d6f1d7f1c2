/** Ballots that rank by chance, as Postgres has them once they are counted. */

import type { Database } from "@tallyroom/lib/database"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { newSalt } from "@tallyroom/lib/polls/rows"
import { numberArray, textArray } from "@tallyroom/lib/postgres-array"
import type { RankedSize } from "../benchmarks/plan"
import { shuffled } from "./shuffled"

/** As lib/ballots/choice.ts has places. */
const PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
const ROWS_A_STATEMENT = 50_000
const RANK = { ...ONE_OPTION, method: "rank", min: undefined, max: "all" }

/** From each order to how many ballots say so: each order of a length by chance, or of all options, is as likely as any other. */
export function ordersByChance({ ballots, options, isComplete }: RankedSize): Map<string, number> {
  const places = [...PLACES.slice(0, options)]
  const orders = new Map<string, number>()
  for (let i = 0; i < ballots; i++) {
    const length = isComplete ? options : 1 + Math.floor(Math.random() * options)
    const order = shuffled(places).slice(0, length).join("")
    orders.set(order, (orders.get(order) ?? 0) + 1)
  }
  return orders
}

/** Options whose ids are in the order of their places. */
export const optionsOf = (count: number): { id: string; label: string }[] =>
  Array.from({ length: count }, (_, i) => ({ id: `o${String(i).padStart(2, "0")}`, label: `Option ${i}` }))

/** Makes a poll that ranks and has these ballots. @returns its number */
export async function makeRankedPoll(
  sql: Database,
  options: number,
  orders: ReadonlyMap<string, number>,
): Promise<number> {
  const [row] = await sql`
    INSERT INTO polls (id, title, options, ballot, policy, state, results, eligibility, salt)
    VALUES (${`ranked-${crypto.randomUUID()}`}, 'Ranked', ${JSON.stringify(optionsOf(options))}::text::jsonb,
      ${JSON.stringify(RANK)}::text::jsonb, 'final', 'open', 'live', 'browser', ${newSalt()})
    RETURNING number`
  const number = Number(row?.number)
  const rows = [...orders]
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const some = rows.slice(from, from + ROWS_A_STATEMENT)
    await sql`
      INSERT INTO marks (poll, shard, mark, votes, whole)
      SELECT ${number}, 0, mark, votes, true
      FROM unnest(${textArray(some.map(([mark]) => mark))}::text[], ${numberArray(some.map(([, n]) => n))}::bigint[])
        AS b(mark, votes)`
  }
  await sql`ANALYZE marks`
  return number
}
