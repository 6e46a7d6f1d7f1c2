/** A choice as the API of vote has it: as it is sent, and as an answer names the one that stands. */

import { z } from "zod"
import type { Says } from "../../services/apps/voters"
import type { Random } from "../random"
import { type BallotKind, saidBy } from "../record/said"
import { type Chosen, shuffled } from "./choices"

/** Of 100 ballots of one option, so many name it in a list. */
const LISTS = 20
/** Of 100 options of which a ballot says neither yes nor no, so many are named as such. */
const ABSTAINING = 30

type Writing = { chosen: Chosen; options: readonly string[]; kind: BallotKind }

/** The same choice may be written in several ways. */
export function written({ chosen, options, kind }: Writing, random: Random): Says {
  const [first, ...others] = chosen
  if (first === undefined) return { abstain: true }
  const ids = (parts: Chosen) => parts.map(({ option }) => option)
  const mixed = shuffled(chosen, random)
  if (kind.method === "rate")
    return { ratings: Object.fromEntries(mixed.map(({ option, value }) => [option, Number(value)])) }
  if (kind.method === "decide") return { answers: answersOf(mixed, options, random) }
  if (others.length === 0 && random.next() * 100 >= LISTS) return first.option
  return kind.method === "rank" ? { ranking: ids(chosen) } : { options: ids(mixed) }
}

/** Who says nothing of an option abstains from it, in so many words or not. */
function answersOf(chosen: Chosen, options: readonly string[], random: Random): Record<string, string> {
  const left = options.filter((it) => !chosen.some(({ option }) => option === it))
  const abstaining = left.filter(() => random.next() * 100 < ABSTAINING)
  return Object.fromEntries([
    ...abstaining.map((option) => [option, "abstain"]),
    ...chosen.map(({ option, value }) => [option, value]),
  ])
}

/** Where an answer says what stands. */
export const choiceSchema = z.object({
  option: z.string().optional(),
  options: z.array(z.string()).optional(),
  ranking: z.array(z.string()).optional(),
  ratings: z.record(z.string(), z.number()).optional(),
  answers: z.record(z.string(), z.string()).optional(),
  abstain: z.literal(true).optional(),
})

/** What the vote says that an answer names; null where it names none. */
export function standingIn(answer: z.infer<typeof choiceSchema>, { method }: BallotKind): string | null {
  const { option, options, ranking, ratings, answers, abstain } = answer
  const named = option === undefined ? (options ?? ranking) : [option]
  const valued = ratings ?? answers
  const parts = valued
    ? Object.entries(valued).map(([option, value]) => ({ option, value: `${value}` }))
    : named?.map((option) => ({ option, value: "" }))
  return parts || abstain ? saidBy(parts ?? [], method) : null
}
