/** The body of a request to vote: an option, and a code where the poll asks for one. */

import { Problem, shown } from "@tallyroom/lib/errors"
import { readForm, readJson } from "@tallyroom/lib/http/body"
import { z } from "zod"

/**
 * `number` is the number of the poll that the voter saw: another poll may have its id by now. `words` is the version of the
 * wording that the voter read: the option may mean something else by now. `replaces` is what a form has in the place of the
 * header of that name.
 */
export type BallotRequest = {
  option: string
  code?: string | undefined
  number?: number | undefined
  words?: number | undefined
  replaces?: string | undefined
}

/** A ballot has about 40 bytes; forms and encodings add some. */
export const MAX_BODY_BYTES = 4 * 1024
/** The id of an option has at most 64 characters, and a code with its dashes has fewer. */
const MAX_FIELD_CHARACTERS = 64

const tooLong = `must have at most ${MAX_FIELD_CHARACTERS} characters`

const wordsSchema = z.int({ error: "must be the poll's own, as its page has it" }).nonnegative()

export const ballotSchema = z.strictObject({
  option: z.string({ error: "must be the id of an option" }).max(MAX_FIELD_CHARACTERS, tooLong),
  code: z.string({ error: "must be a code" }).max(MAX_FIELD_CHARACTERS, tooLong).optional(),
  number: z.int({ error: "must be the number of the poll" }).positive().optional(),
  words: wordsSchema.optional(),
})

/** @throws {Problem} when the body is not exactly `{ option, code? }` */
export async function readBallotJson(request: Request): Promise<BallotRequest> {
  const parsed = ballotSchema.safeParse(await readJson(request, MAX_BODY_BYTES))
  if (parsed.success) return parsed.data
  throw new Problem("request-malformed", `${parsed.error.issues.map(describe).join("; ")}.`)
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
  code: MAX_FIELD_CHARACTERS,
  words: MAX_FIELD_CHARACTERS,
  replaces: MAX_FIELD_CHARACTERS,
}

/** @throws {Problem} when the form has other fields than `FORM_FIELDS`, or no `vote` */
export async function readBallotForm(request: Request): Promise<BallotRequest> {
  const { vote, code, words, replaces } = await readForm(request, MAX_BODY_BYTES, FORM_FIELDS)
  if (vote === undefined) {
    throw new Problem("request-malformed", 'The field "vote" is missing: choose an option.')
  }
  if (words === undefined) return { option: vote, code, replaces }
  const read = wordsSchema.safeParse(words === "" ? undefined : Number(words))
  if (!read.success)
    throw new Problem("request-malformed", 'The field "words" must be the poll\'s own, as its page has it.')
  return { option: vote, code, words: read.data, replaces }
}
