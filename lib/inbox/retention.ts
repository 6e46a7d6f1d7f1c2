/** For how long Redis keeps ballots that were counted, so that a Postgres that comes back older can be told them again. */

import { z } from "zod"

export type Retention = {
  /** Ballots are kept for so long after they were accepted, by Redis's clock. */
  ageMs: number
  /** What they may take in Redis, all shards together. */
  bytes: number
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNIT_BYTES = { MB: 1_000_000, GB: 1_000_000_000 }
const FORM = /^([1-9]\d{0,5})([smhd]),([1-9]\d{0,5})(MB|GB)$/
const MUST = "must be off, or an age and a size such as 2h,1GB (units s, m, h, d and MB, GB)"

/** From `off`, or text such as `2h,1GB`. */
export const retentionSchema: z.ZodType<Retention | null, string> = z
  .string()
  .refine((text) => text === "off" || FORM.test(text), MUST)
  .transform((text) => {
    const [, age, ageUnit, size, sizeUnit] = FORM.exec(text) ?? []
    if (age === undefined) return null
    return {
      ageMs: Number(age) * UNIT_MS[ageUnit as keyof typeof UNIT_MS],
      bytes: Number(size) * UNIT_BYTES[sizeUnit as keyof typeof UNIT_BYTES],
    }
  })
