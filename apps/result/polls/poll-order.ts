/**
 * The host's order of the list of polls. A poll that is moved gets a place between its new neighbours', so that moving one
 * writes one row, however many polls there are.
 */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import { type PlacedPoll, pollOrder } from "@tallyroom/lib/polls/rows"
import { z } from "zod"

/** By one, to an end of the list, or beside another poll. */
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

/** What else is in the list, as a move needs it. */
type Listed = { id: string; place: number }

/**
 * The place that a move gives this poll, among those that are listed with it: archived polls have a list of their own.
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

/** Null when no number is left between the neighbours. */
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

/** The index among the others at which the poll is to stand. */
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

/** Above all that there are, and below all that will be made. */
async function nextPlace(sql: Database): Promise<number> {
  const [row] = await sql`SELECT nextval('polls_place') AS place`
  return Number(row?.place)
}

/** Gives every poll a whole number, in the order that there is: after dozens of moves into one gap no number is left in it. */
async function spreadPlaces(sql: Database): Promise<void> {
  await sql`
    UPDATE polls SET place = spread.place
    FROM (SELECT number, row_number() OVER (ORDER BY place, number) AS place FROM polls) AS spread
    WHERE polls.number = spread.number AND polls.place <> spread.place`
}
