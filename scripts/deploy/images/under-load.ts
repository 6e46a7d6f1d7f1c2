/** Measures how fast an app that is under load ends. */

import { voteWithAllMight } from "../../services/apps/full-load"
import { waitFor } from "../../services/wait"
import type { ContainerInstance } from "./instance"

const POLL = "cats-vs-dogs"
const VIEWERS = 100
/** Kubernetes gives 30 s, 5 of which pass before an app is asked. */
const MOST_MS = 10_000
const LOAD_MS = 2_000

/** Asks vote, result and worker to end while votes pour in and viewers watch. @returns what it took, and the votes accepted */
export async function stopUnderLoad(
  instance: ContainerInstance,
): Promise<{ summary: string; accepted: number }> {
  const load = new AbortController()
  const voting = voteWithAllMight(instance.voteUrl, POLL, load.signal)
  const viewers = await openViewers(instance.resultUrl)
  await Bun.sleep(LOAD_MS)
  const took: string[] = []
  for (const app of ["result", "vote", "worker"] as const) {
    const { ms, code } = await instance.apps[app].stop()
    if (code !== 0) throw new Error(`${app} ended with exit code ${code}.`)
    if (ms > MOST_MS) throw new Error(`${app} took ${Math.round(ms)} ms to end.`)
    took.push(`${app} ${Math.round(ms)} ms`)
  }
  load.abort()
  await waitFor(
    "every viewer to be disconnected",
    () => viewers.every((it) => it.readyState === WebSocket.CLOSED),
    10_000,
  )
  return { summary: `${took.join(", ")}; ${VIEWERS} viewers`, accepted: await voting }
}

async function openViewers(resultUrl: string): Promise<WebSocket[]> {
  const address = `${resultUrl.replace("http", "ws")}/live?poll=${POLL}`
  const viewers = Array.from({ length: VIEWERS }, () => new WebSocket(address))
  await waitFor(
    "every viewer to be connected",
    () => viewers.every((it) => it.readyState === WebSocket.OPEN),
    20_000,
  )
  return viewers
}
