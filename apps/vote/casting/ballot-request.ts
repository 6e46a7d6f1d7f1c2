/** The body of a request to vote: what the ballot says, and a code where the poll asks for one. */

import { type Choice, choiceIn } from "@tallyroom/lib/ballots/choice"
import { Problem, shown } from "@tallyroom/lib/errors"
import { readJson } from "@tallyroom/lib/http/body"
import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { slugSchema } from "@tallyroom/lib/polls/poll"
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
export const MAX_FIELD_CHARACTERS = 64

const tooLong = `must have at most ${MAX_FIELD_CHARACTERS} characters`

export const wordsSchema = z.int({ error: "must be the poll's own, as its page has it" }).nonnegative()

const optionSchema = z.string({ error: "must be the id of an option" }).max(MAX_FIELD_CHARACTERS, tooLong)
const listSchema = z
  .array(optionSchema, { error: "must be a list of the ids of options" })
  .max(MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`)
const byOption = <T extends z.ZodType>(said: T) =>
  z
    .record(slugSchema, said)
    .refine((all) => Object.keys(all).length <= MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`)
/** One of `option`, `options`, `ranking` (the best first), `ratings`, `answers` and `abstain` says what the ballot says. */
export const ballotSchema = z.strictObject({
  option: optionSchema.optional(),
  options: listSchema.optional(),
  ranking: listSchema.optional(),
  ratings: byOption(z.int({ error: "must be a whole number" })).optional(),
  answers: byOption(z.enum(["yes", "no", "abstain"])).optional(),
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
  const { option, options, ranking, ratings, answers, abstain, ...rest } = parsed.data
  return { choice: theOnly({ option, options, ranking, ratings, answers, abstain }), ...rest }
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
