/** Contracts: the APIs of other voting systems that Tallyroom answers beside its own, so that their clients need no change. */

import { z } from "zod"
import { commaSeparated, setting } from "../process/settings"

/** `classic` is Tallyroom's own API alone, which clients of the classic system know. */
export const contractSchema = z.enum(["classic", "pets", "posts"], {
  error: "must be classic, pets or posts",
})
export type Contract = z.infer<typeof contractSchema>

/** Which contract an app answers beside its own API. */
export const contract = setting({
  schema: contractSchema,
  default: "classic",
  description: "Whose clients this process also answers: `classic`, `pets` or `posts` (docs/contracts.md).",
})

/** Which contracts the worker prepares beside the classic poll. */
export const contracts = setting({
  schema: commaSeparated().pipe(
    z.array(z.enum(["pets", "posts"], { error: "must name none but pets and posts, divided by commas" })),
  ),
  default: "",
  description:
    "Contracts to prepare beside the classic poll, divided by commas: `pets` (its poll), `posts` (a poll for each post).",
})
