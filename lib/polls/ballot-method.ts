/** What a ballot of a poll may say: its method, and the limits of that. It is fixed when the poll opens. */

import { z } from "zod"
import { HIGHEST_RATING, MAX_OPTIONS } from "./limits"

const places = z.int().min(1).max(MAX_OPTIONS)
const most = z.union([places, z.literal("all")], { error: `must be 1 to ${MAX_OPTIONS}, or "all"` })
/** Whether a ballot may say nothing: it is counted apart. */
const abstain = z.boolean().default(false)

/** One option or several, all alike. */
const chooseSchema = z
  .strictObject({
    method: z.literal("choose"),
    /** The fewest and the most options that a ballot chooses. */
    min: places.default(1),
    max: most.default(1),
    abstain,
  })
  .refine(({ min, max }) => max === "all" || min <= max, {
    error: "must not be greater than max",
    path: ["min"],
  })

/** Options in the order of preference, none of them beside another. Who is left out stands behind all who are not. */
const rankSchema = z.strictObject({ method: z.literal("rank"), max: most.default("all"), abstain })

/** A whole number from 0 on for each option that the ballot wants to rate. One that is not rated did not get 0. */
const rateSchema = z.strictObject({
  method: z.literal("rate"),
  highest: z.int().min(1).max(HIGHEST_RATING).default(5),
  abstain,
})

/** Yes or no to each option; who says neither to an option abstains from it. */
const decideSchema = z.strictObject({ method: z.literal("decide"), abstain })

export const ballotMethodSchema = z.discriminatedUnion("method", [
  chooseSchema,
  rankSchema,
  rateSchema,
  decideSchema,
])

export type BallotMethod = z.infer<typeof ballotMethodSchema>
export type MethodName = BallotMethod["method"]

/** One option, and no abstention: what every ballot said before there were methods. */
export const ONE_OPTION: BallotMethod = { method: "choose", min: 1, max: 1, abstain: false }
