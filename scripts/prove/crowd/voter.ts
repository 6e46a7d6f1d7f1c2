/** One request of a voter, and what its answer means. */

import { z } from "zod"
import { castOnce } from "../../services/apps/voters"
import type { Random } from "../random"
import type { Call, Outcome } from "../record/record"
import type { BallotKind } from "../record/said"
import type { Chosen } from "./choices"
import { choiceSchema, standingIn, written } from "./written"

/** What is asked, and where. */
export type Ballot = Pick<Call, "ballot" | "poll" | "voter" | "option" | "replaces"> & {
  chosen: Chosen
  options: readonly string[]
  kind: BallotKind
}
export type Answer = Pick<Call, "outcome" | "status" | "problem" | "receipt" | "stands"> & {
  /** Whether the same ballot is to be sent again. */
  isOpen: boolean
}

const answerSchema = choiceSchema.extend({
  type: z.string().optional(),
  taken: z.string().optional(),
  receipt: z.string().optional(),
})

const NONE = { status: null, problem: null, receipt: null, stands: null }
const OK = [200, 201, 202]
/** Refusals after which the voter has nothing more to say. */
const SETTLED = [400, 403, 404, 409, 410, 422]
/** The voter has changed the vote just now, so that this ballot was not taken, and is sent again. */
const TOO_SOON = 429

/**
 * The same choice may be written in several ways.
 * @param patienceMs after which the voter hangs up
 */
export async function send(url: string, ballot: Ballot, random: Random, patienceMs: number): Promise<Answer> {
  const { poll, voter, replaces } = ballot
  const response = await castOnce(
    url,
    poll,
    voter,
    written(ballot, random),
    replaces ?? undefined,
    patienceMs,
  )
  // The answer may break off in its midst.
  const said = await response?.json().catch(() => undefined)
  if (!response || said === undefined) return { ...NONE, outcome: "unknown", isOpen: true }
  return read(response.status, answerSchema.safeParse(said).data ?? {}, ballot)
}

function read(status: number, said: z.infer<typeof answerSchema>, { option, kind }: Ballot): Answer {
  const problem = said.type?.split("/").at(-1) ?? null
  const stands = standingIn(said, kind)
  if (OK.includes(status) && said.receipt !== undefined)
    return {
      ...{ status, problem, receipt: said.receipt, stands: stands ?? option },
      ...{ outcome: "ok", isOpen: false },
    }
  const outcome: Outcome =
    [...SETTLED, TOO_SOON].includes(status) || said.taken === "no" ? "refused" : "unknown"
  const isOpen = !SETTLED.includes(status) || problem === "poll-changed"
  return { status, problem, receipt: null, stands, outcome, isOpen }
}
