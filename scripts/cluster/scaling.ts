import { Trouble } from "../services/trouble"
import { waitFor } from "../services/wait"
import { voteWithAllMight } from "./crowd"
import { untilGreen } from "./green"
import { kubectl } from "./kubectl"
import type { Autoscaler } from "./objects"

/** The autoscaler looks every 15 s at figures that are up to a minute old. */
const UP_DEADLINE_MS = 240_000
/** It waits 2 minutes, then takes one pod away every 30 s. */
const DOWN_DEADLINE_MS = 540_000
const NEW_PODS_MS = 120_000

type Say = (line: string) => void

/** Whether this cluster measures its pods at all, which is an addon: kind has none. */
export async function isMeasured(): Promise<boolean> {
  return (await kubectl(["api-versions"])).split("\n").includes("metrics.k8s.io/v1beta1")
}

/** Votes until the autoscaler has given vote more pods, and all of those are ready. */
export async function assertScalesUp(voteUrl: string, poll: string, say: Say): Promise<string> {
  const stop = new AbortController()
  const voting = voteWithAllMight(voteUrl, poll, stop.signal)
  try {
    const { current } = await untilReplicas(
      "more vote pods",
      UP_DEADLINE_MS,
      say,
      (now, least) => now > least,
    )
    await untilGreen(NEW_PODS_MS, say)
    return `from the least to ${current} pods`
  } finally {
    stop.abort()
    say(`${await voting} votes were accepted meanwhile`)
  }
}

/** Waits, with nobody voting, until vote has its least number of pods again. */
export async function assertScalesDown(say: Say): Promise<string> {
  const { current } = await untilReplicas(
    "fewer vote pods",
    DOWN_DEADLINE_MS,
    say,
    (now, least) => now === least,
  )
  return `back to ${current} pods`
}

async function untilReplicas(
  what: string,
  deadlineMs: number,
  say: Say,
  enough: (current: number, least: number) => boolean,
): Promise<{ current: number }> {
  let said = -1
  return waitFor(
    what,
    async () => {
      const { spec, status } = await voteScaler()
      const current = status.currentReplicas ?? 0
      if (current !== said) say(`vote has ${current} pods`)
      said = current
      await Bun.sleep(1_000)
      return enough(current, spec.minReplicas) && { current }
    },
    deadlineMs,
  )
}

async function voteScaler(): Promise<Autoscaler> {
  const scaler: Autoscaler = JSON.parse(await kubectl(["get", "hpa", "vote", "--output", "json"]))
  if (!scaler.spec)
    throw new Trouble("There is no HorizontalPodAutoscaler for vote: apply k8s-deployment first.")
  return scaler
}
