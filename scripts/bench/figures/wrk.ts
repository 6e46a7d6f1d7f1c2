/** wrk, the load generator: as many votes as it gets answers for. */

import { join } from "node:path"
import { z } from "zod"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensureTool } from "../../services/tools/tools"
import { CLASSIC_VOTE, type VoteRequest } from "../subject/poll"

const THREADS = 2
const CONNECTIONS = 64

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

/** A vote of one body, which wrk sends again and again. */
/** Floods the vote route of `url` for this long. */
export async function flood(
  url: string,
  forSeconds: number,
  { path, body }: VoteRequest = CLASSIC_VOTE,
): Promise<Flood> {
  const lines: string[] = []
  const shape = [
    `-t${THREADS}`,
    `-c${CONNECTIONS}`,
    `-d${forSeconds}s`,
    "-s",
    join(import.meta.dir, "wrk.lua"),
  ]
  const wrk = startSupervised([await ensureTool("wrk"), ...shape, `${url}${path}`, "--", body], {
    onLine: (line) => lines.push(line),
  })
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
