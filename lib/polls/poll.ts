/** A poll: one schema for the admin API, the rows in Postgres and the copies in Redis. */

import { z } from "zod"
import "../schema-errors"
import { ballotMethodSchema, ONE_OPTION } from "./ballot-method"
import { decisionSchema } from "./decision"
import { MAX_OPTIONS } from "./limits"
import { canBeSeen, folded, withoutIgnorable } from "./names"

export const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/

/** A poll's or an option's id: short, lower case, safe in a URL and in a Redis key. */
export const slugSchema = z
  .string()
  .regex(SLUG, "must be 1 to 64 of a-z, 0-9 and '-', and start with a letter or digit")

/** Characters (UTF-16 units). */
const MAX_LABEL = 80
const MAX_EMOJI = 16

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not contain control characters or broken ones")

const PILE = /\p{M}{5}/u

/**
 * A text that an admin writes now; older polls may have others. It must have something that can be seen, and no control of
 * the direction of writing and no pile of marks, as these change the text beside it (Unicode Technical Report 36, 2.11).
 * Letters of all scripts have at most four marks; what can't be seen between marks does not part them. A separator of lines or
 * paragraphs begins a new line in a list of names, and ends the isolation of a direction.
 */
const readable = (max: number) =>
  text(max)
    .refine(canBeSeen, "must have something that can be seen")
    .regex(/^[^\u202A-\u202E\u2066-\u2069]*$/, "must not turn the direction of writing by control characters")
    .regex(/^[^\p{Zl}\p{Zp}]*$/u, "must be one line")
    .refine(
      (words) => !PILE.test(words) && !PILE.test(withoutIgnorable(words)),
      "must not pile up more than four marks on a letter",
    )

/** A new option's label. */
export const labelSchema = readable(MAX_LABEL)
const newEmojiSchema = readable(MAX_EMOJI)

export const optionSchema = z.strictObject({
  id: slugSchema,
  label: text(MAX_LABEL),
  emoji: text(MAX_EMOJI)
    .refine((emoji) => [...new Intl.Segmenter().segment(emoji)].length <= 2, "must be one emoji, or two")
    .optional(),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, "must be a colour like #2f6fed")
    .optional(),
  image: z
    .url({ protocol: /^https$/, error: "must be an https address" })
    .max(500)
    .optional(),
})

export const policySchema = z.enum(["final", "changeable"])
export const stateSchema = z.enum(["draft", "open", "paused", "closed", "final"])
export const resultsSchema = z.enum(["live", "after-vote", "after-close"])
export const eligibilitySchema = z.enum(["browser", "code", "network"])
/** In which order a ballot shows the options: as the host wrote them, or each voter in an own random one. */
export const orderSchema = z.enum(["as-written", "random"])

/** How many they must be depends on the ballot (`fewestOptions`). */
const optionsSchema = z
  .array(optionSchema)
  .min(1, "must have at least 2 options, or 1 where ballots decide")
  .max(MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`)
  .refine((options) => new Set(options.map((option) => option.id)).size === options.length, {
    error: "must not name the same option id twice",
  })

/** The options that an admin writes now: no label occurs twice. Older polls that have one twice stay valid. */
const distinctOptionsSchema = optionsSchema.superRefine((options, context) => {
  for (const [place, { label, emoji }] of options.entries()) {
    for (const { message } of labelSchema.safeParse(label).error?.issues ?? []) {
      context.addIssue({ code: "invalid_format", format: "readable", message, path: [place, "label"] })
    }
    for (const { message } of newEmojiSchema.optional().safeParse(emoji).error?.issues ?? []) {
      context.addIssue({ code: "invalid_format", format: "readable", message, path: [place, "emoji"] })
    }
  }
  const seen = new Set<string>()
  for (const [place, { label }] of options.entries()) {
    const name = folded(label)
    if (seen.has(name)) {
      context.addIssue({
        code: "custom",
        path: [place, "label"],
        message: "is the label of another option too: give each its own",
      })
    }
    seen.add(name)
  }
})

/** A text must name its zone, so that no poll closes hours early. Our own stores give a Date. */
const moment = z
  .union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))], {
    error: "must be a moment with its zone, like 2030-01-31T20:00:00Z or 2030-01-31T20:00:00+01:00",
  })
  .refine((date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9998, {
    error: "must be between the years 1970 and 9998",
  })
  .nullable()

/** The fields of a poll that an admin sets. */
export const pollDefinitionSchema = z.strictObject({
  title: readable(200),
  options: distinctOptionsSchema,
  ballot: ballotMethodSchema.default(ONE_OPTION),
  decision: decisionSchema.nullable().default(null),
  order: orderSchema.default("as-written"),
  policy: policySchema.default("final"),
  results: resultsSchema.default("live"),
  eligibility: eligibilitySchema.default("browser"),
  /** Whether a voter confirms a choice before it is cast; with null the policy decides. */
  confirm: z.boolean().nullable().default(null),
  opensAt: moment.default(null),
  closesAt: moment.default(null),
})

/** A poll as Postgres keeps it. */
export const pollSchema = z.object({
  ...pollDefinitionSchema.shape,
  title: text(200),
  options: optionsSchema,
  /** The key in Postgres. A poll that is created under the id of a deleted one gets another number. */
  number: z.int().positive(),
  id: slugSchema,
  state: stateSchema,
  /** This poll's own key: its voters, codes and receipts are HMACs under it. 32 bytes as base64url. */
  salt: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Grows with every change of the poll itself. */
  revision: z.int().nonnegative(),
  /** How often the poll has stopped taking votes, by being paused or closed. */
  stops: z.int().nonnegative().default(0),
  /** How often its title or options were changed since it opened. A ballot for an earlier wording is refused. */
  words: z.int().nonnegative().default(0),
  isDefault: z.boolean(),
  /** It is left out of public lists; its pages stay. */
  archived: z.boolean().default(false),
  /** It is about to be deleted: only admins see it. */
  deleting: z.boolean().default(false),
})

export type Option = z.infer<typeof optionSchema>
export type Policy = z.infer<typeof policySchema>
export type PollState = z.infer<typeof stateSchema>
export type ResultsMode = z.infer<typeof resultsSchema>
export type Eligibility = z.infer<typeof eligibilitySchema>
export type PollDefinition = z.infer<typeof pollDefinitionSchema>
export type Poll = z.infer<typeof pollSchema>

/** Whether a visitor can vote, and if not, why. */
export type Phase = "draft" | "scheduled" | "open" | "paused" | "closed" | "final"

/** Whether a voter confirms a choice before it is cast. Unless the host says otherwise, it is so where the first vote is final. */
export function confirmsVote({ confirm, policy }: Pick<Poll, "confirm" | "policy">): boolean {
  return confirm ?? policy === "final"
}

/** The phase at `now` (ms), as pages show it. Whether a ballot is taken is decided by the inbox. */
export function votingPhase(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): Phase {
  if (poll.state !== "open" && poll.state !== "paused") return poll.state
  if (poll.closesAt && now >= poll.closesAt.getTime()) return "closed"
  if (poll.state === "open" && poll.opensAt && now < poll.opensAt.getTime()) return "scheduled"
  return poll.state
}
