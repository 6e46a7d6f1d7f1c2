/** wrk, the load generator: as many votes as it gets answers for. */

import { join } from "node:path"
import { z } from "zod"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensureTool } from "../../services/tools/tools"
import { CLASSIC_VOTE, type VoteRequest } from "../subject/poll"

const THREADS = 2
export const CONNECTIONS = 64
/** Browsers, each on a thread of its own: more of them would only take turns more often. */
const BROWSERS = 32

const summarySchema = z.object({
  /** Answers of any status. */
  requests: z.number(),
  seconds: z.number(),
  /** Answers of a status above 399. */
  refused: z.number(),
  /** Connections or answers that failed. */
  broken: z.number(),
})

/**
 * When wrk stops counting, so many of its requests are still under way: their votes may be accepted and not in its
 * count.
 */
export const UNDER_WAY = 2 * CONNECTIONS

export type Flood = { seconds: number; accepted: number; refused: number }

/** Sends one vote of one body again and again to its route at `url`, for so many seconds. */
export function flood(url: string, forSeconds: number, vote: VoteRequest = CLASSIC_VOTE): Promise<Flood> {
  const { path, type = "application/json", body } = vote
  const shape = [`-t${THREADS}`, `-c${CONNECTIONS}`, `-d${forSeconds}s`]
  return run([...shape, "-s", script("wrk.lua"), `${url}${path}`, "--", type, body])
}

/**
 * Browsers open the page at `url`, vote by its form, and see the page that answers; `accepted` are those who saw it.
 * @param says what that page must say, where it comes uncompressed
 */
export function visit(url: string, forSeconds: number, says: string): Promise<Flood> {
  const shape = [`-t${BROWSERS}`, `-c${BROWSERS}`, `-d${forSeconds}s`]
  return run([...shape, "-s", script("visits.lua"), `${url}/`, "--", says])
}

const script = (name: string) => join(import.meta.dir, name)

async function run(words: readonly string[]): Promise<Flood> {
  const lines: string[] = []
  const wrk = startSupervised([await ensureTool("wrk"), ...words], { onLine: (line) => lines.push(line) })
  const code = await wrk.exited
  const json = lines.findLast((line) => line.startsWith("{"))
  if (code !== 0 || json === undefined) {
    throw new UserError(`wrk ended with code ${code}. Its last lines:\n${lines.slice(-5).join("\n")}`)
  }
  const { requests, seconds, refused, broken } = summarySchema.parse(JSON.parse(json))
  if (broken === 0) return { seconds, accepted: requests - refused, refused }
  throw new UserError(
    `${broken} of wrk's connections failed: see whether something else floods this machine.`,
  )
}
