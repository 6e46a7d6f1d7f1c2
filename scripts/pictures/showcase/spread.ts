/** Votes that took a second to cast, as if they had come in over most of an hour: what charts are made for. */

import type postgres from "postgres"
import type { ShowPoll } from "./polls"
import { mixed } from "./voters"

const SPAN_SECONDS = 40 * 60
/** Shares of the span at which a wave of votes begins, as after each talk. */
const WAVES = [0, 0.3, 0.55, 0.8]
/** How steep a wave is: the greater, the more of its votes come at its beginning. */
const STEEPNESS = 3

/** Rewrites the timeline of a poll that nobody votes in while this runs. */
export async function spreadOverTime(sql: postgres.Sql, { id, options, votes = [] }: ShowPoll) {
  const start = Math.floor(Date.now() / 1_000) - SPAN_SECONDS
  const ballots = leaning(mixed(votes))
  const counts = new Map<string, { second: number; option: string; votes: number }>()
  for (const [i, index] of ballots.entries()) {
    const second = start + Math.floor(momentOf(i / ballots.length) * SPAN_SECONDS)
    const option = options[index]?.id ?? ""
    const entry = counts.get(`${second} ${option}`) ?? { second, option, votes: 0 }
    counts.set(`${second} ${option}`, { ...entry, votes: entry.votes + 1 })
  }
  await sql.begin(async (transaction) => {
    const [row] = await transaction`SELECT number FROM polls WHERE id = ${id}`
    const poll = Number(row?.number)
    await transaction`DELETE FROM timeline WHERE poll = ${poll}`
    const rows = [...counts.values()].map((entry) => ({ poll, shard: 0, ...entry }))
    await transaction`INSERT INTO timeline ${transaction(rows)}`
  })
}

/** A race has leads that change: later options come rather late, earlier ones rather early. */
function leaning(ballots: readonly number[]): number[] {
  const rank = (option: number, i: number) =>
    i / ballots.length + 0.15 * Math.sin(option * 2 + 4 * (i / ballots.length))
  return ballots
    .map((option, i) => ({ option, at: rank(option, i) }))
    .sort((one, other) => one.at - other.at)
    .map(({ option }) => option)
}

/** When a vote comes, as a share of the span, by its place among all (0 to 1). */
function momentOf(place: number): number {
  const wave = Math.min(WAVES.length - 1, Math.floor(place * WAVES.length))
  const [from = 0, to = 1] = [WAVES[wave], WAVES[wave + 1]]
  const within = place * WAVES.length - wave
  return from + (to - from) * within ** (STEEPNESS ** 0.5)
}
