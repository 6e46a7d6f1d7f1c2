/** A Tallyroom whose result process takes crowds of viewers from this one machine. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { lastingOf } from "@tallyroom/lib/http/connection-guard"
import { raiseDescriptorLimit } from "../../services/processes/descriptors"
import { startAll } from "./apps"
import type { BenchRun } from "./bench-stores"
import { NO_LIMIT } from "./inbox"
import { CLASSIC_VOTE, POLL_ID } from "./poll"

/** What result keeps for others than viewers, and more. */
const OTHERS = 2_000

/** How many viewers of one result process this machine allows; its limit is raised for so many, if that is allowed. */
export function roomFor(viewers: number): number {
  return lastingOf(raiseDescriptorLimit(viewers + OTHERS))
}

/** What result needs for a crowd that has one network address. */
export function crowdSettings(viewers: number): Record<string, string> {
  return { MAX_VIEWERS: String(viewers), NETWORK_SHARE: "100" }
}

export async function startLivePoll(run: BenchRun, settings: Record<string, string>) {
  const apps = await startAll(run, NO_LIMIT, settings)
  const sql = openDatabase(run.stores.database.workerUrl, { name: "bench", connections: 1 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  return { ...apps, sql }
}

export async function counted(sql: Database): Promise<number> {
  const [row] = await sql`SELECT COALESCE(sum(counted), 0)::bigint AS counted FROM books`
  return Number(row?.counted)
}

/** What a viewer is sent first, and then after a vote, which this casts. */
export type LiveTexts = { whole: string; numbers: string }

/** @throws {Error} where the viewer is closed before that */
export async function liveTexts(voteUrl: string, resultUrl: string): Promise<LiveTexts> {
  const socket = new WebSocket(`${resultUrl.replace("http", "ws")}/live?poll=${POLL_ID}&then=numbers`)
  const next = () =>
    new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(String(data))
      socket.onclose = () => reject(new Error("the viewer was closed"))
    })
  const whole = await next()
  const news = next()
  const headers = { "content-type": "application/json" }
  const { status } = await fetch(`${voteUrl}${CLASSIC_VOTE.path}`, {
    ...{ method: "POST", headers, body: CLASSIC_VOTE.body },
  })
  if (status !== 201) throw new Error(`a vote was answered ${status}`)
  const numbers = await news
  socket.onclose = null
  socket.close()
  return { whole, numbers }
}
