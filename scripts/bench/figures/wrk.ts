/** wrk, the load generator: as many votes as it gets answers for. */

import { join } from "node:path"
import { z } from "zod"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensureTool } from "../../services/tools/tools"
import { CLASSIC_VOTE, type VoteRequest } from "../subject/poll"

const THREADS = 2
/** A page that is rendered for each reader takes milliseconds: whoever asks stands behind as many others. */
const READERS = 16
/** wrk's own two seconds are short on a busy machine. */
const PATIENCE = "20s"
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

/** As long as nobody stops it. */
const NO_END = "24h"
/** wrk looks every 100 ms whether it is to stop. */
const STOP_GRACE_MS = 10_000

/** Sends one vote of one body again and again to its route at `url`, for so many seconds. */
export async function flood(
  url: string,
  forSeconds: number,
  vote: VoteRequest = CLASSIC_VOTE,
): Promise<Flood> {
  const wrk = await start(floodWords(url, `${forSeconds}s`, vote))
  return unbroken(await wrk.summary)
}

/**
 * The same until it is stopped; `broken` are connections that failed, and answers that took longer than two seconds.
 * @param vote of which poll
 */
export async function startFlood(
  url: string,
  vote: VoteRequest,
): Promise<{ stop(): Promise<Flood & { broken: number }> }> {
  const wrk = await start(floodWords(url, NO_END, vote))
  return {
    stop() {
      void wrk.process.stop(STOP_GRACE_MS)
      return wrk.summary
    },
  }
}

function floodWords(url: string, duration: string, vote: VoteRequest): string[] {
  const { path, type = "application/json", body } = vote
  const shape = [`-t${THREADS}`, `-c${CONNECTIONS}`, `-d${duration}`]
  return [...shape, "-s", script("wrk.lua"), `${url}${path}`, "--", type, body]
}

/**
 * Browsers open the page at `url`, vote by its form, and see the page that answers; `accepted` are those who saw it.
 * @param says what that page must say, where it comes uncompressed
 */
export async function visit(url: string, forSeconds: number, says: string): Promise<Flood> {
  const shape = [`-t${BROWSERS}`, `-c${BROWSERS}`, `-d${forSeconds}s`]
  const wrk = await start([...shape, "-s", script("visits.lua"), `${url}/`, "--", says])
  return unbroken(await wrk.summary)
}

/** Asks for the same page again and again, as a browser that takes it compressed. */
export async function floodOfReads(url: string, forSeconds: number): Promise<Flood> {
  const shape = [`-t${THREADS}`, `-c${READERS}`, `-d${forSeconds}s`, "--timeout", PATIENCE]
  const wrk = await start([
    ...shape,
    "-s",
    script("wrk.lua"),
    "-H",
    "Accept-Encoding: gzip, deflate, br",
    url,
  ])
  return unbroken(await wrk.summary)
}

const script = (name: string) => join(import.meta.dir, name)

type Wrk = { process: SupervisedProcess; summary: Promise<Flood & { broken: number }> }

/** SIGINT has it end early, and sum up. */
async function start(words: readonly string[]): Promise<Wrk> {
  const lines: string[] = []
  const command = [await ensureTool("wrk"), ...words]
  const wrk = startSupervised(command, { stopSignal: "SIGINT", onLine: (line) => lines.push(line) })
  const summary = wrk.exited.then((code) => {
    const json = lines.findLast((line) => line.startsWith("{"))
    if (code !== 0 || json === undefined) {
      throw new UserError(`wrk ended with code ${code}. Its last lines:\n${lines.slice(-5).join("\n")}`)
    }
    const { requests, seconds, refused, broken } = summarySchema.parse(JSON.parse(json))
    return { seconds, accepted: requests - refused, refused, broken }
  })
  summary.catch(() => {})
  return { process: wrk, summary }
}

function unbroken({ broken, ...flood }: Flood & { broken: number }): Flood {
  if (broken === 0) return flood
  throw new UserError(
    `${broken} of wrk's connections failed: see whether something else floods this machine.`,
  )
}
