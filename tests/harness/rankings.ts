/** Ballots that rank, as workers would have counted them into Postgres. */

import { ABSTENTION } from "@tallyroom/lib/ballots/choice"
import type { Profile } from "@tallyroom/lib/count/profile"
import { CHANNELS, type Database } from "@tallyroom/lib/database"
import { numberArray, textArray } from "@tallyroom/lib/postgres-array"

const SHARDS = 2
/** As in lib/ballots/choice.ts, for the options of tests. */
const PLACES = "ABCDEFGHIJKLMNOP"

/** Ballots by what they say. */
export type Sayings = Readonly<Record<string, number>>

/** What the ballots of a profile say whose options are in the order of their ids. */
export function sayingsOf(profile: Profile): Sayings {
  const sayings = Array.from({ length: profile.length }, (_, ranking) => {
    let text = ""
    for (let place = 0; profile.at(ranking, place) !== undefined; place++)
      text += PLACES.charAt(profile.at(ranking, place) ?? 0)
    return [text, profile.ballots(ranking)] as const
  })
  return Object.fromEntries(sayings)
}

/** Adds ballots to the tally and the profile of a poll, spread over shards, as one commit. */
export async function addRankings(sql: Database, id: string, sayings: Sayings): Promise<void> {
  const rows = Object.entries(sayings).flatMap(([says, ballots]) =>
    spread(ballots).map((part, shard) => ({ says, part, shard })),
  )
  const columns = [
    textArray(rows.map(({ says }) => says)),
    numberArray(rows.map(({ part }) => part)),
    numberArray(rows.map(({ shard }) => shard)),
  ] as const
  await sql.begin(async (transaction) => {
    const [row] = await transaction`SELECT number FROM polls WHERE id = ${id}`
    const poll = Number(row?.number)
    const said = transaction`unnest(${columns[0]}::text[], ${columns[1]}::integer[], ${columns[2]}::integer[]) AS b(says, part, shard)`
    await transaction`
      INSERT INTO books (poll, shard, accepted, counted, version)
      SELECT ${poll}, shard, sum(part), sum(part), 1 FROM ${said} GROUP BY shard
      ON CONFLICT (poll, shard) DO UPDATE SET version = books.version + 1,
        accepted = books.accepted + excluded.accepted, counted = books.counted + excluded.counted`
    await transaction`
      INSERT INTO tallies (poll, shard, option, votes)
      SELECT ${poll}, shard, left(says, 1), sum(part) FROM ${said} GROUP BY shard, left(says, 1)
      ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + excluded.votes`
    await transaction`
      INSERT INTO marks (poll, shard, mark, votes, whole)
      SELECT ${poll}, shard, says, sum(part), true FROM ${said} WHERE says <> ${ABSTENTION} GROUP BY shard, says
      ON CONFLICT (poll, whole, shard, mark) DO UPDATE SET votes = marks.votes + excluded.votes`
    await transaction`SELECT pg_notify(${CHANNELS.tally}, ${String(poll)})`
  })
}

function spread(ballots: number): number[] {
  const first = Math.floor(ballots / SHARDS)
  return Array.from({ length: SHARDS }, (_, shard) => (shard === 0 ? ballots - first * (SHARDS - 1) : first))
}
