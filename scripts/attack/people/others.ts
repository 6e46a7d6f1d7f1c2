/** Others, who ask for pages ten times a second, each by a connection of their own. */

import { z } from "zod"
import { clock } from "../../bench/figures/clock"
import { come } from "./program"

const othersInput = z.object({ urls: z.array(z.url()).min(1) })
export const othersResult = z.array(
  z.object({
    /** By clock(). */
    cameAt: z.number(),
    ms: z.number(),
    /** Why they were not served; null for those who were. */
    fault: z.string().nullable(),
  }),
)
type Other = z.infer<typeof othersResult>[number]

const EVERY_MS = 100

async function ask({ urls }: z.infer<typeof othersInput>, stop: AbortSignal): Promise<Other[]> {
  const asked: Promise<Other>[] = []
  while (!stop.aborted) {
    asked.push(served(urls[asked.length % urls.length] ?? ""))
    await Bun.sleep(EVERY_MS)
  }
  return Promise.all(asked)
}

async function served(url: string): Promise<Other> {
  const cameAt = clock()
  const answer = await fetch(url, { headers: { connection: "close" } }).catch((error: Error) => error)
  if (!(answer instanceof Error)) await answer.arrayBuffer()
  const fault = answer instanceof Error ? answer.message : answer.ok ? null : `${url} is ${answer.status}`
  return { cameAt, ms: clock() - cameAt, fault }
}

if (import.meta.main) await come(othersInput, ask)
