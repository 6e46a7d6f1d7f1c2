/** The body of a request to vote: what the ballot says, and a code where the poll asks for one. */

import { type Choice, choiceIn } from "@tallyroom/lib/ballots/choice"
import { Problem, shown } from "@tallyroom/lib/errors"
import { readFormPairs, readJson, singleValues } from "@tallyroom/lib/http/body"
import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { z } from "zod"

/**
 * `number` is the number of the poll that the voter saw: another poll may have its id by now. `words` is the version of the
 * wording that the voter read: the option may mean something else by now. `replaces` is what a form has in the place of the
 * header of that name.
 */
export type BallotRequest = {
  choice: Choice
  code?: string | undefined
  number?: number | undefined
  words?: number | undefined
  replaces?: string | undefined
}

/** A ballot has about 40 bytes, one that chooses fifty options with the longest ids 3,500; forms and encodings add some. */
export const MAX_BODY_BYTES = 4 * 1024
/** The id of an option has at most 64 characters, and a code with its dashes has fewer. */
const MAX_FIELD_CHARACTERS = 64

const tooLong = `must have at most ${MAX_FIELD_CHARACTERS} characters`

const wordsSchema = z.int({ error: "must be the poll's own, as its page has it" }).nonnegative()

const optionSchema = z.string({ error: "must be the id of an option" }).max(MAX_FIELD_CHARACTERS, tooLong)
const listSchema = z
  .array(optionSchema, { error: "must be a list of the ids of options" })
  .max(MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`)
/** One of `option`, `options`, `ranking` (the best first) and `abstain` says what the ballot says. */
export const ballotSchema = z.strictObject({
  option: optionSchema.optional(),
  options: listSchema.optional(),
  ranking: listSchema.optional(),
  abstain: z.literal(true, { error: "must be true" }).optional(),
  code: z.string({ error: "must be a code" }).max(MAX_FIELD_CHARACTERS, tooLong).optional(),
  number: z.int({ error: "must be the number of the poll" }).positive().optional(),
  words: wordsSchema.optional(),
})

/** @throws {Problem} when the body is not as `ballotSchema` has it, or does not say exactly one thing */
export async function readBallotJson(request: Request): Promise<BallotRequest> {
  const parsed = ballotSchema.safeParse(await readJson(request, MAX_BODY_BYTES))
  if (!parsed.success)
    throw new Problem("request-malformed", `${parsed.error.issues.map(describe).join("; ")}.`)
  const { option, options, ranking, abstain, ...rest } = parsed.data
  return { choice: theOnly({ option, options, ranking, abstain }), ...rest }
}

function theOnly(said: Record<string, unknown>): Choice {
  const [first, second] = Object.keys(said).filter((field) => said[field] !== undefined)
  const choice = choiceIn(said)
  if (choice === null)
    throw new Problem("request-malformed", 'The field "option" must be the id of an option.')
  if (second === undefined) return choice
  throw new Problem("request-malformed", `A ballot has only one of the fields "${first}" and "${second}".`)
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `There is no field ${issue.keys.map(shown).join(", ")} here`
  const field = issue.path.join(".")
  return field === ""
    ? 'The body must be an object like { "option": "a" }'
    : `The field "${field}" ${issue.message}`
}

/** The fields of the ballot as a form, each with the most characters that its value may have. */
export const FORM_FIELDS = {
  vote: MAX_FIELD_CHARACTERS,
  abstain: MAX_FIELD_CHARACTERS,
  code: MAX_FIELD_CHARACTERS,
  words: MAX_FIELD_CHARACTERS,
  replaces: MAX_FIELD_CHARACTERS,
}

/** Where options are ranked, a field for each: which place it has, from 1; empty for none. */
const RANK_FIELD = /^rank\.([a-z0-9-]{1,64})$/
const MAX_RANK_CHARACTERS = 2

function limitOf(name: string): number | undefined {
  if (Object.hasOwn(FORM_FIELDS, name)) return FORM_FIELDS[name as keyof typeof FORM_FIELDS]
  return RANK_FIELD.test(name) ? MAX_RANK_CHARACTERS : undefined
}

/**
 * The field `vote` may occur for each option that is chosen, and options that are ranked have a field `rank.<id>` each.
 * @throws {Problem} when the form has other fields, or does not say exactly one thing; ballot-invalid where two options have one place
 */
export async function readBallotForm(request: Request): Promise<BallotRequest> {
  const pairs = await readFormPairs(request, MAX_BODY_BYTES, limitOf)
  const votes = pairs.flatMap(([name, value]) => (name === "vote" ? [value] : []))
  const single: Record<string, string | undefined> = singleValues(pairs.filter(([name]) => name !== "vote"))
  const { abstain, code, words, replaces } = single
  const choice = theOnlyOfForm(votes, rankingOf(single), abstain !== undefined)
  if (words === undefined) return { choice, code, replaces }
  const read = wordsSchema.safeParse(words === "" ? undefined : Number(words))
  if (!read.success)
    throw new Problem("request-malformed", 'The field "words" must be the poll\'s own, as its page has it.')
  return { choice, code, words: read.data, replaces }
}

function theOnlyOfForm(votes: string[], ranking: string[], abstains: boolean): Choice {
  const [vote] = votes
  const said = [vote !== undefined && "vote", ranking.length > 0 && "rank", abstains && "abstain"].filter(
    Boolean,
  )
  if (said.length > 1)
    throw new Problem("request-malformed", `A ballot has only one of the fields "${said.join('" and "')}".`)
  if (abstains) return { abstain: true }
  if (ranking.length > 0) return { ranking }
  if (vote === undefined)
    throw new Problem("request-malformed", 'The field "vote" is missing: choose an option.')
  return votes.length === 1 ? { option: vote } : { options: votes }
}

/** Places may be left out between two options: only their order counts. */
function rankingOf(fields: Record<string, string | undefined>): string[] {
  const placed = Object.entries(fields).flatMap(([name, value]) => {
    const id = RANK_FIELD.exec(name)?.[1]
    return id === undefined || !value ? [] : [{ id, place: placeIn(name, value) }]
  })
  const inOrder = placed.toSorted((a, b) => a.place - b.place)
  const shared = inOrder.find(({ place }, i) => place === inOrder[i + 1]?.place)
  if (shared)
    throw new Problem("ballot-invalid", `Two options have place ${shared.place}: give each its own.`)
  return inOrder.map(({ id }) => id)
}

function placeIn(name: string, value: string): number {
  const place = Number(value)
  if (Number.isInteger(place) && place > 0) return place
  throw new Problem("request-malformed", `The field "${name}" must be a place, from 1.`)
}
