/**
 * Polls of a, b and c whose ballots say all kinds of things, and how each ballot must be tallied: written down here once more, without
 * the code that does it.
 */

import { type Choice, choiceOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"

export type Kind = {
  readonly asked: Partial<Pick<Poll, "ballot" | "decision">>
  /** What its ballots may say. */
  readonly texts: readonly string[]
  /** As what a ballot is tallied that is no abstention. */
  readonly tallied: (text: string) => string
  /** The marks of such a ballot; a whole ballot that is one has "=" before it. */
  readonly marks: (text: string) => string[]
}

const asBallot = () => "+"
const pairs = (text: string): string[] => text.match(/../g) ?? []
const ratings = { method: "rate", highest: 5, abstain: true } as const

export const KINDS = {
  one: { asked: {}, texts: ["a", "b", "c"], tallied: (text) => text, marks: () => [] },
  several: {
    asked: { ballot: { method: "choose", min: 1, max: 2, abstain: true } },
    texts: ["A", "B", "C", "AB", "AC", "BC", "-"],
    tallied: asBallot,
    marks: (text) => [...text],
  },
  ranking: {
    asked: { ballot: { method: "rank", max: "all", abstain: true } },
    texts: ["A", "AB", "BA", "ABC", "CAB", "BCA", "C", "-"],
    tallied: (text) => text.charAt(0),
    marks: (text) => [`=${text}`],
  },
  ratings: {
    asked: { ballot: ratings },
    texts: ["A0", "A5", "A5B0", "B3C3", "A1B2C5", "-"],
    tallied: asBallot,
    marks: pairs,
  },
  stars: {
    asked: { ballot: ratings, decision: { rule: "star", seats: 1, quorum: 0 } },
    texts: ["A0", "A5", "A5B0", "B3C3", "A1B2C5", "-"],
    tallied: asBallot,
    marks: (text) => [...pairs(text), `=${text}`],
  },
  answers: {
    asked: { ballot: { method: "decide", abstain: true } },
    texts: ["Ay", "An", "AyBn", "ByCy", "AnBnCn", "-"],
    tallied: asBallot,
    marks: pairs,
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as KindName[]

/** What a client sends for a ballot of this kind. */
export function choiceIn(name: KindName, text: string): Choice {
  const { asked }: Kind = KINDS[name]
  const options = ["a", "b", "c"].map((id) => ({ id }))
  const choice = choiceOf({ ballot: asked.ballot ?? ONE_OPTION, options }, text)
  if (!choice) throw new Error(`no ballot of ${name} says ${text}`)
  return choice
}

/** How the ballots that stand must be tallied: votes by option, and by mark. */
export function tallyBy(name: KindName, standing: Iterable<string>): Tally {
  const { tallied, marks }: Kind = KINDS[name]
  const texts = [...standing]
  return {
    options: occurrences(texts.map((text) => (text === "-" ? text : tallied(text)))),
    marks: occurrences(texts.filter((text) => text !== "-").flatMap(marks)),
  }
}

export type Tally = Record<"options" | "marks", Record<string, number>>

/** How Postgres has them tallied. */
export async function tallyIn(sql: Database, pollId: string): Promise<Tally> {
  const options = await sql`
    SELECT option AS said, sum(votes)::integer AS votes FROM tallies JOIN polls ON poll = number
    WHERE id = ${pollId} GROUP BY 1 HAVING sum(votes) <> 0`
  const marks = await sql`
    SELECT CASE WHEN whole THEN '=' ELSE '' END || mark AS said, sum(votes)::integer AS votes FROM marks JOIN polls ON poll = number
    WHERE id = ${pollId} GROUP BY 1 HAVING sum(votes) <> 0`
  const byText = (rows: Iterable<Record<string, unknown>>) =>
    Object.fromEntries([...rows].map(({ said, votes }) => [said, Number(votes)]))
  return { options: byText(options), marks: byText(marks) }
}

function occurrences(of: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const it of of) counts[it] = (counts[it] ?? 0) + 1
  return counts
}
