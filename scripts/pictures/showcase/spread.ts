/** Votes that took a second to cast, as if they had come in over most of an hour: what charts are made for. */

import { A_BALLOT, ABSTENTION, marksOf, textOf } from "@tallyroom/lib/ballots/choice"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type postgres from "postgres"
import { choicesOf, type ShowPoll } from "./polls"
import { mixed } from "./voters"

const SPAN_SECONDS = 40 * 60
/** Shares of the span at which a wave of votes begins, as after each talk. */
const WAVES = [0, 0.3, 0.55, 0.8]
/** How steep a wave is: the greater, the more of its votes come at its beginning. */
const STEEPNESS = 3

/** Rewrites the timeline of a poll that nobody votes in while this runs. */
export async function spreadOverTime(sql: postgres.Sql, poll: ShowPoll) {
  const { id, votes = [] } = poll
  const drawn = drawnOf(poll)
  const start = Math.floor(Date.now() / 1_000) - SPAN_SECONDS
  const ballots = leaning(mixed(votes))
  const counts = new Map<string, { second: number; option: string; votes: number }>()
  for (const [i, index] of ballots.entries()) {
    const second = start + Math.floor(momentOf(i / ballots.length) * SPAN_SECONDS)
    for (const option of drawn[index] ?? []) {
      const entry = counts.get(`${second} ${option}`) ?? { second, option, votes: 0 }
      counts.set(`${second} ${option}`, { ...entry, votes: entry.votes + 1 })
    }
  }
  await sql.begin(async (transaction) => {
    const [row] = await transaction`SELECT number FROM polls WHERE id = ${id}`
    const number = Number(row?.number)
    await transaction`DELETE FROM timeline WHERE poll = ${number}`
    const rows = [...counts.values()].map((entry) => ({ poll: number, shard: 0, ...entry }))
    await transaction`INSERT INTO timeline ${transaction(rows)}`
  })
}

/** What the timeline has of each of the choices: an option, or a ballot and each of its marks. */
function drawnOf({ options, ballot = ONE_OPTION, says }: ShowPoll): string[][] {
  const asked = { ballot, options, decision: null }
  return choicesOf({ options, ...(says && { says }) }).map((choice) => {
    const text = textOf(asked, choice) ?? ""
    return marksOf(asked) === null || text === ABSTENTION ? [text] : [A_BALLOT, ...text]
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
