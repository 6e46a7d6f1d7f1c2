/** A ballot that was sent as a form, as pages without scripts and load tools send it. */

import type { Answer, Choice } from "@tallyroom/lib/ballots/choice"
import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import { readFormPairs, singleValues } from "@tallyroom/lib/http/body"
import { type BallotRequest, MAX_BODY_BYTES, MAX_FIELD_CHARACTERS, wordsSchema } from "./ballot-request"

/** The fields of the ballot as a form, each with the most characters that its value may have. */
export const FORM_FIELDS = {
  vote: MAX_FIELD_CHARACTERS,
  abstain: MAX_FIELD_CHARACTERS,
  cast: MAX_FIELD_CHARACTERS,
  code: MAX_FIELD_CHARACTERS,
  words: MAX_FIELD_CHARACTERS,
  replaces: MAX_FIELD_CHARACTERS,
}

/** What is said of one option: its place in a ranking (from 1), its rating, or yes, no or abstain; empty for nothing. */
const OPTION_FIELD = /^(rank|rate|answer)\.([a-z0-9][a-z0-9-]{0,63})$/
const MAX_SAID_CHARACTERS = 8

function limitOf(name: string): number | undefined {
  if (Object.hasOwn(FORM_FIELDS, name)) return FORM_FIELDS[name as keyof typeof FORM_FIELDS]
  return OPTION_FIELD.test(name) ? MAX_SAID_CHARACTERS : undefined
}

/**
 * The field `vote` may occur for each option that is chosen. Options that are ranked, rated or decided on have a field `rank.<id>`,
 * `rate.<id>` or `answer.<id>` each. `cast` is the button of a ballot on which perhaps nothing is filled in.
 * @throws {Problem} when the form has other fields, or does not say exactly one thing; ballot-invalid where two options have one place
 */
export async function readBallotForm(request: Request): Promise<BallotRequest> {
  const pairs = await readFormPairs(request, MAX_BODY_BYTES, limitOf)
  const votes = pairs.flatMap(([name, value]) => (name === "vote" ? [value] : []))
  const single: Record<string, string | undefined> = singleValues(pairs.filter(([name]) => name !== "vote"))
  const { code, words, replaces } = single
  const choice = keepingCode(code, () => theOnlyOfForm(votes, single))
  if (words === undefined) return { choice, code, replaces }
  const read = wordsSchema.safeParse(words === "" ? undefined : Number(words))
  if (!read.success)
    throw new Problem("request-malformed", 'The field "words" must be the poll\'s own, as its page has it.')
  return { choice, code, words: read.data, replaces }
}

/** A ballot that does not say one thing. @property draft what a voter may go on from @property code what was typed beside it */
export class UnclearBallot extends Problem {
  constructor(
    readonly refusal: "samePlace" | "saysBoth",
    readonly draft: Choice,
    kind: ProblemKind,
    detail: string,
    readonly code = "",
  ) {
    super(kind, detail)
  }
}

/** Nobody should have to type a code again because two options had one place. */
function keepingCode(code: string | undefined, read: () => Choice): Choice {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UnclearBallot)) throw error
    throw new UnclearBallot(error.refusal, error.draft, error.kind, error.detail, code)
  }
}

function saysTwoThings(said: string[], votes: string[], fields: Record<string, string | undefined>): Problem {
  const detail = `A ballot has only one of the fields "${said.join('" and "')}".`
  if (said.length > 2 || fields.abstain === undefined) return new Problem("request-malformed", detail)
  const draft = theOnlyOfForm(votes, { ...fields, abstain: undefined })
  return new UnclearBallot("saysBoth", draft, "request-malformed", detail)
}

function theOnlyOfForm(votes: string[], fields: Record<string, string | undefined>): Choice {
  const { rank, rate, answer } = saidByKind(fields)
  const said = [
    ...(votes.length > 0 ? ["vote"] : []),
    ...Object.entries({ rank, rate, answer }).flatMap(([kind, it]) => (it.length > 0 ? [kind] : [])),
    ...(fields.abstain === undefined ? [] : ["abstain"]),
  ]
  if (said.length > 1) throw saysTwoThings(said, votes, fields)
  if (fields.abstain !== undefined) return { abstain: true }
  if (rank.length > 0) return { ranking: rankingOf(rank) }
  if (rate.length > 0) return { ratings: Object.fromEntries(rate.map((it) => [it.id, wholeNumber(it)])) }
  if (answer.length > 0) return { answers: Object.fromEntries(answer.map((it) => [it.id, answerOf(it)])) }
  if (fields.cast !== undefined) return votes.length > 0 ? { options: votes } : nothingOf(Object.keys(fields))
  const [vote] = votes
  if (vote === undefined)
    throw new Problem("request-malformed", 'The field "vote" is missing: choose an option.')
  return votes.length === 1 ? { option: vote } : { options: votes }
}

/** A choice that says nothing, by the fields of the ballot. */
function nothingOf(names: string[]): Choice {
  const [kind] = names.flatMap((name) => OPTION_FIELD.exec(name)?.[1] ?? [])
  if (kind === "rank") return { ranking: [] }
  if (kind === "rate") return { ratings: {} }
  return kind === "answer" ? { answers: {} } : { options: [] }
}

type SaidOf = { name: string; id: string; value: string }

function saidByKind(fields: Record<string, string | undefined>) {
  const said: Record<"rank" | "rate" | "answer", SaidOf[]> = { rank: [], rate: [], answer: [] }
  for (const [name, value] of Object.entries(fields)) {
    const [, kind, id] = OPTION_FIELD.exec(name) ?? []
    if (id !== undefined && value) said[kind as keyof typeof said].push({ name, id, value })
  }
  return said
}

/** Places may be left out between two options: only their order counts. */
function rankingOf(ranked: SaidOf[]): string[] {
  const placed = ranked.map((it) => ({ id: it.id, place: wholeNumber(it) }))
  const inOrder = placed.toSorted((a, b) => a.place - b.place)
  const shared = inOrder.find(({ place }, i) => place === inOrder[i + 1]?.place)
  const ranking = inOrder.map(({ id }) => id)
  if (shared) {
    const detail = `Two options have place ${shared.place}: give each its own.`
    throw new UnclearBallot("samePlace", { ranking }, "ballot-invalid", detail)
  }
  return ranking
}

function wholeNumber({ name, value }: SaidOf): number {
  if (/^\d{1,3}$/.test(value)) return Number(value)
  throw new Problem("request-malformed", `The field "${name}" must be a whole number.`)
}

function answerOf({ name, value }: SaidOf): Answer {
  if (value === "yes" || value === "no" || value === "abstain") return value
  throw new Problem("request-malformed", `The field "${name}" must be yes, no or abstain.`)
}
