/** What a ballot of a poll may say: its method, and the limits of that. It is fixed when the poll opens. */

import { z } from "zod"
import { MAX_OPTIONS } from "./limits"

const places = z.int().min(1).max(MAX_OPTIONS)

const chooseSchema = z
  .strictObject({
    method: z.literal("choose"),
    /** The fewest and the most options that a ballot chooses. */
    min: places.default(1),
    max: z.union([places, z.literal("all")], { error: `must be 1 to ${MAX_OPTIONS}, or "all"` }).default(1),
    /** Whether a ballot may choose nothing: it is counted apart. */
    abstain: z.boolean().default(false),
  })
  .refine(({ min, max }) => max === "all" || min <= max, {
    error: "must not be greater than max",
    path: ["min"],
  })

export const ballotMethodSchema = z.discriminatedUnion("method", [chooseSchema])

export type BallotMethod = z.infer<typeof ballotMethodSchema>

/** One option, and no abstention: what every ballot said before there were methods. */
export const ONE_OPTION: BallotMethod = { method: "choose", min: 1, max: 1, abstain: false }
