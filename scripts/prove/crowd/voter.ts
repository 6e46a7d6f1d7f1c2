/** One request of a voter, and what its answer means. */

import { z } from "zod"
import { castOnce, type Says } from "../../services/apps/voters"
import type { Random } from "../random"
import type { Call, Outcome } from "../record/record"
import { saidBy } from "../record/said"
import { type Chosen, shuffled } from "./choices"

/** What is asked, and where. */
export type Ballot = Pick<Call, "ballot" | "poll" | "voter" | "option" | "replaces"> & { chosen: Chosen }
export type Answer = Pick<Call, "outcome" | "status" | "problem" | "receipt" | "stands"> & {
  /** Whether the same ballot is to be sent again. */
  isOpen: boolean
}

const answerSchema = z.object({
  type: z.string().optional(),
  taken: z.string().optional(),
  option: z.string().optional(),
  options: z.array(z.string()).optional(),
  abstain: z.literal(true).optional(),
  receipt: z.string().optional(),
})

const NONE = { status: null, problem: null, receipt: null, stands: null }
const OK = [200, 201, 202]
/** Refusals after which the voter has nothing more to say. */
const SETTLED = [400, 403, 404, 409, 410, 422]
/** Of 100 ballots of one option, so many name it in a list. */
const LISTS = 20
/** The voter has changed the vote just now, so that this ballot was not taken, and is sent again. */
const TOO_SOON = 429

/**
 * The same choice may be written in several ways.
 * @param patienceMs after which the voter hangs up
 */
export async function send(url: string, ballot: Ballot, random: Random, patienceMs: number): Promise<Answer> {
  const { poll, voter, option, chosen, replaces } = ballot
  const says = written(chosen, random)
  const response = await castOnce(url, poll, voter, says, replaces ?? undefined, patienceMs)
  // The answer may break off in its midst.
  const said = await response?.json().catch(() => undefined)
  if (!response || said === undefined) return { ...NONE, outcome: "unknown", isOpen: true }
  return read(response.status, answerSchema.safeParse(said).data ?? {}, option)
}

function written(chosen: Chosen, random: Random): Says {
  const [first, ...others] = chosen
  if (first === undefined) return { abstain: true }
  if (others.length === 0 && random.next() * 100 >= LISTS) return first
  return { options: shuffled(chosen, random) }
}

/** What the vote says that an answer names; null where it names none. */
function standing({ option, options, abstain }: z.infer<typeof answerSchema>): string | null {
  const chosen = option === undefined ? options : [option]
  if (chosen) return saidBy(chosen)
  return abstain ? saidBy([]) : null
}

function read(status: number, said: z.infer<typeof answerSchema>, asked: string): Answer {
  const problem = said.type?.split("/").at(-1) ?? null
  if (OK.includes(status) && said.receipt !== undefined)
    return {
      ...{ status, problem, receipt: said.receipt, stands: standing(said) ?? asked },
      ...{ outcome: "ok", isOpen: false },
    }
  const outcome: Outcome =
    [...SETTLED, TOO_SOON].includes(status) || said.taken === "no" ? "refused" : "unknown"
  const isOpen = !SETTLED.includes(status) || problem === "poll-changed"
  return { status, problem, receipt: null, stands: standing(said), outcome, isOpen }
}
