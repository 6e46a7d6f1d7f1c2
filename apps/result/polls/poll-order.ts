/**
 * The host's order of the list of polls. A moved poll gets a place between those of its new neighbours, so that a move writes
 * one row, however many polls there are.
 */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import { type PlacedPoll, pollOrder } from "@tallyroom/lib/polls/rows"
import { z } from "zod"

/** A move: by one place, to an end of the list, or beside another poll. */
export const moveSchema = z.union(
  [
    z.enum(["up", "down", "first", "last"]),
    z.strictObject({ before: slugSchema }),
    z.strictObject({ after: slugSchema }),
  ],
  {
    error: 'must be "up", "down", "first", "last", { "before": a poll\'s id } or { "after": a poll\'s id }',
  },
)
export type Move = z.output<typeof moveSchema>

/** A poll in the list. */
type Listed = { id: string; place: number }

/**
 * The place that a move gives this poll in its list. Archived polls have a list of their own.
 * @throws {Problem} request-malformed for a neighbour that is not there
 */
export async function placeFor(sql: Database, poll: PlacedPoll, move: Move): Promise<number> {
  const place = await placeBetween(sql, await listedWith(sql, poll), poll, move)
  if (place !== null) return place
  await spreadPlaces(sql)
  return (await placeBetween(sql, await listedWith(sql, poll), poll, move)) ?? poll.place
}

async function listedWith(sql: Database, { archived }: PlacedPoll): Promise<Listed[]> {
  const rows = await sql`
    SELECT id, place FROM polls WHERE (archived_at IS NOT NULL) = ${archived} AND deleting_at IS NULL
    ORDER BY ${pollOrder(sql)}`
  return rows.map(({ id, place }) => ({ id, place }))
}

/** Null when there is no number left between the neighbours. */
async function placeBetween(
  sql: Database,
  list: Listed[],
  poll: PlacedPoll,
  move: Move,
): Promise<number | null> {
  const from = list.findIndex(({ id }) => id === poll.id)
  const others = list.filter(({ id }) => id !== poll.id)
  const to = indexOf(move, from, others)
  if (to === from) return list[from]?.place ?? poll.place
  const [above, below] = [others[to - 1]?.place, others[to]?.place]
  if (above === undefined) return nextPlace(sql)
  if (below === undefined) return above - 1
  const middle = below + (above - below) / 2
  return below < middle && middle < above ? middle : null
}

/** The index that the poll gets among the others. */
function indexOf(move: Move, from: number, others: Listed[]): number {
  if (move === "first") return 0
  if (move === "last") return others.length
  if (move === "up") return Math.max(0, from - 1)
  if (move === "down") return Math.min(others.length, from + 1)
  const [wanted, step] = "before" in move ? [move.before, 0] : [move.after, 1]
  const index = others.findIndex(({ id }) => id === wanted)
  if (index >= 0) return index + step
  const detail = `There is no other poll ${shown(wanted)} in this list: look at /api/polls for those there are.`
  throw new Problem("request-malformed", detail)
}

/** A place above all polls that there are, and below all that will be made. */
async function nextPlace(sql: Database): Promise<number> {
  const [row] = await sql`SELECT nextval('polls_place') AS place`
  return Number(row?.place)
}

/** Gives every poll a whole number as its place and keeps the order. Dozens of moves into one gap leave no number in it. */
async function spreadPlaces(sql: Database): Promise<void> {
  await sql`
    UPDATE polls SET place = spread.place
    FROM (SELECT number, row_number() OVER (ORDER BY place, number) AS place FROM polls) AS spread
    WHERE polls.number = spread.number AND polls.place <> spread.place`
}
