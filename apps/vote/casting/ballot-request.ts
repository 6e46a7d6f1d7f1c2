/** The body of a request to vote: what the ballot says, and a code where the poll asks for one. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
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
/** One of `option`, `options` and `abstain` says what the ballot says. */
export const ballotSchema = z.strictObject({
  option: optionSchema.optional(),
  options: z
    .array(optionSchema, { error: "must be a list of the ids of options" })
    .max(MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`)
    .optional(),
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
  const { option, options, abstain, ...rest } = parsed.data
  return { choice: theOnly(option, options, abstain), ...rest }
}

function theOnly(option?: string, options?: string[], abstain?: true): Choice {
  const [choice, other] = [
    ...(option === undefined ? [] : [{ option }]),
    ...(options === undefined ? [] : [{ options }]),
    ...(abstain === undefined ? [] : [{ abstain }]),
  ]
  if (choice === undefined)
    throw new Problem("request-malformed", 'The field "option" must be the id of an option.')
  if (other === undefined) return choice
  const [one, two] = [choice, other].map((it) => `"${Object.keys(it)[0]}"`)
  throw new Problem("request-malformed", `A ballot has only one of the fields ${one} and ${two}.`)
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

/**
 * The field `vote` may occur for each option that is chosen.
 * @throws {Problem} when the form has other fields than `FORM_FIELDS`, neither `vote` nor `abstain`, or both
 */
export async function readBallotForm(request: Request): Promise<BallotRequest> {
  const pairs = await readFormPairs(request, MAX_BODY_BYTES, FORM_FIELDS)
  const votes = pairs.flatMap(([name, value]) => (name === "vote" ? [value] : []))
  const { abstain, code, words, replaces } = singleValues(pairs.filter(([name]) => name !== "vote"))
  const choice = choiceOfForm(votes, abstain !== undefined)
  if (words === undefined) return { choice, code, replaces }
  const read = wordsSchema.safeParse(words === "" ? undefined : Number(words))
  if (!read.success)
    throw new Problem("request-malformed", 'The field "words" must be the poll\'s own, as its page has it.')
  return { choice, code, words: read.data, replaces }
}

function choiceOfForm(votes: string[], abstains: boolean): Choice {
  const [vote] = votes
  if (abstains && vote !== undefined)
    throw new Problem("request-malformed", 'A ballot has only one of the fields "vote" and "abstain".')
  if (abstains) return { abstain: true }
  if (vote === undefined)
    throw new Problem("request-malformed", 'The field "vote" is missing: choose an option.')
  return votes.length === 1 ? { option: vote } : { options: votes }
}
