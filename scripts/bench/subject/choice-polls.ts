/** Polls of ten options each: one whose ballots choose one of them, and one for each other thing that ballots may say. */

import { type Choice, marksOf, textOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { type BallotMethod, ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { type Decision, decisionSchema } from "@tallyroom/lib/polls/decision"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt, pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import type { Redis } from "ioredis"
import { waitFor } from "../../services/wait"
import { DEFAULT_SHARDS, type VoteRequest } from "./poll"
import { shuffled } from "./shuffled"

const OPTIONS = Array.from({ length: 10 }, (_, i) => ({ id: `o${i}`, label: `Option ${i}` }))
const HIGHEST = 5
/** That transferable votes fill. */
export const SEATS = 3

type Kind = {
  ballot: BallotMethod
  /** By which its ballots are counted, where it is not the usual one. */
  rule?: Decision["rule"]
  /** What one ballot says by chance. @param ids of all options, in an order by chance */
  say: (ids: readonly string[]) => Choice
}

const RATE: BallotMethod = { method: "rate", highest: HIGHEST, abstain: false }
const rating: Kind["say"] = (ids) => ({
  ratings: forEach(ids, () => Math.floor(Math.random() * (HIGHEST + 1))),
})

/** `three`, `any`: of ten, chosen alike. The others say something of each of the ten. */
const KINDS = {
  one: { ballot: ONE_OPTION, say: ([option = ""]) => ({ option }) },
  three: {
    ballot: { method: "choose", min: 1, max: 3, abstain: false },
    say: (ids) => ({ options: ids.slice(0, 3) }),
  },
  any: {
    ballot: { method: "choose", min: 1, max: "all", abstain: false },
    say: (ids) => ({ options: ids.filter((_, i) => i === 0 || Math.random() < 0.5) }),
  },
  rank: { ballot: { method: "rank", max: "all", abstain: false }, say: (ranking) => ({ ranking }) },
  rate: { ballot: RATE, say: rating },
  star: { ballot: RATE, rule: "star", say: rating },
  decide: {
    ballot: { method: "decide", abstain: false },
    say: (ids) => ({ answers: forEach(ids, () => (Math.random() < 0.5 ? "yes" : "no")) }),
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS
export const OTHER_KINDS = [
  "three",
  "any",
  "rank",
  "rate",
  "star",
  "decide",
] as const satisfies readonly KindName[]
export const KIND_NAMES: readonly KindName[] = ["one", ...OTHER_KINDS]

/** `request`: the vote that a flood casts again and again. */
export type ChoicePoll = { kind: KindName; poll: Poll; request: VoteRequest }

/**
 * Makes the poll in Postgres, and returns once a worker has written its copy into each shard.
 * @param rule by which its ballots are counted, where it is not that of its kind
 */
export async function makeChoicePoll(
  sql: Database,
  redis: Redis,
  kind: KindName,
  { id = kind, rule }: { id?: string; rule?: Decision["rule"] } = {},
): Promise<ChoicePoll> {
  const { ballot, rule: usual }: Kind = KINDS[kind]
  const decision = decisionBy(rule ?? usual)
  await sql`
    INSERT INTO polls (id, title, options, ballot, decision, policy, state, results, eligibility, salt)
    VALUES (${id}, ${id}, ${JSON.stringify(OPTIONS)}::text::jsonb, ${JSON.stringify(ballot)}::text::jsonb,
      ${decision && JSON.stringify(decision)}::text::jsonb, 'final', 'open', 'live', 'browser', ${newSalt()})`
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
  const poll = readPollRow(row)
  if (!poll) throw new Error(`the poll ${id} can't be read`)
  for (let shard = 0; shard < DEFAULT_SHARDS; shard++)
    await waitFor(`the copy in shard ${shard}`, async () => (await redis.exists(keys.poll(shard, id))) === 1)
  return {
    kind,
    poll,
    request: { path: `/api/polls/${id}/votes`, body: JSON.stringify(choiceByChance(kind)) },
  }
}

function decisionBy(rule: Decision["rule"] | undefined): Decision | null {
  if (rule === undefined) return null
  return decisionSchema.parse(rule === "stv" ? { rule, seats: SEATS } : { rule })
}

/** Gives the text of one ballot after the other, each by chance, and counts the marks that they have. */
export function ballotsBy({ kind, poll }: ChoicePoll): { next: () => string; marks: () => number } {
  const how = marksOf(poll)
  let marks = 0
  const next = () => {
    const text = textOf(poll, choiceByChance(kind))
    if (text === null) throw new Error(`the poll ${poll.id} does not take its own ballots`)
    if (how) marks += (how.width > 0 ? text.length / how.width : 0) + (how.whole ? 1 : 0)
    return text
  }
  return { next, marks: () => marks }
}

function choiceByChance(kind: KindName): Choice {
  return KINDS[kind].say(shuffled(OPTIONS.map(({ id }) => id)))
}

function forEach<T>(ids: readonly string[], say: () => T): Record<string, T> {
  return Object.fromEntries(ids.map((id) => [id, say()]))
}
