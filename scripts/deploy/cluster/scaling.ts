import { voteWithAllMight } from "../../services/apps/full-load"
import { UserError } from "../../services/terminal/user-error"
import { untilGreen } from "./green"
import { kubectl } from "./kubectl"
import type { Autoscaler } from "./objects"

/** The autoscaler looks every 15 s at figures that are up to a minute old. */
const UP_DEADLINE_MS = 150_000
/** It waits 2 minutes, then takes one pod away every 30 s. */
const DOWN_DEADLINE_MS = 540_000
const NEW_PODS_MS = 300_000
const LOOK_MS = 1_000
/** A target that vote can pass: the autoscaler changes nothing within a tenth of its target. */
const IN_REACH = 0.5

type Say = (line: string) => void

/** Whether this cluster measures its pods at all, which is an addon: kind has none. */
export async function isMeasured(): Promise<boolean> {
  return (await kubectl(["api-versions"])).split("\n").includes("metrics.k8s.io/v1beta1")
}

/**
 * Votes until the autoscaler has given vote more pods, and all of those are ready. Where the machine is too busy to load
 * vote as far as the autoscaler's target, that target is lowered for this step to half of what vote does reach.
 */
export async function assertScalesUp(voteUrl: string, poll: string, say: Say): Promise<string> {
  await untilGreen(NEW_PODS_MS, say)
  await assertScalesDown(say)
  const stop = new AbortController()
  const voting = voteWithAllMight(voteUrl, poll, stop.signal)
  try {
    const pods = (await grown(say)) ?? (await grownWithinReach(say))
    await untilGreen(NEW_PODS_MS, say)
    return `from the least to ${pods} pods`
  } finally {
    stop.abort()
    say(`${await voting} votes were accepted meanwhile`)
  }
}

/** Waits, while nobody votes, until vote has its minimum of pods again. */
export async function assertScalesDown(say: Say): Promise<string> {
  const pods = await podsOnce(DOWN_DEADLINE_MS, say, (now, least) => now === least)
  if (pods === null)
    throw new UserError(`After ${DOWN_DEADLINE_MS / 1000} s vote has more than its least pods.`)
  return `back to ${pods} pods`
}

/** How many pods vote has once there are more than the minimum; null when that takes too long. */
const grown = (say: Say) => podsOnce(UP_DEADLINE_MS, say, (now, least) => now > least)

async function grownWithinReach(say: Say): Promise<number> {
  const { spec, status } = await voteScaler()
  const target = spec.metrics?.[0]?.resource?.target.averageValue
  const reached = status.currentMetrics?.[0]?.resource?.current.averageValue
  const most = millicores(reached)
  if (target === undefined || !(most > 0))
    throw new UserError(
      `The autoscaler has seen no load of vote in ${UP_DEADLINE_MS / 1000} s: is metrics-server well?`,
    )
  const lowered = `${Math.max(1, Math.floor(most * IN_REACH))}m`
  say(
    `this machine loads a pod of vote with no more than ${reached} of ${target}: for now the target is ${lowered}`,
  )
  await setTarget(lowered)
  try {
    const pods = await grown(say)
    if (pods === null)
      throw new UserError(`With ${reached} a pod and a target of ${lowered} vote gets no more pods.`)
    return pods
  } finally {
    await setTarget(target)
  }
}

/** Thousandths of a core, as Kubernetes writes them: 250m, 1, 123456789n. NaN for what is none. */
export function millicores(quantity = ""): number {
  const [, value, unit = ""] = /^([\d.]+)(n|u|m)?$/.exec(quantity) ?? []
  const parts = { n: 1e-6, u: 1e-3, m: 1, "": 1_000 }[unit] ?? Number.NaN
  return Number(value) * parts
}

async function setTarget(averageValue: string): Promise<void> {
  const path = "/spec/metrics/0/resource/target/averageValue"
  const change = JSON.stringify([{ op: "replace", path, value: averageValue }])
  await kubectl(["patch", "hpa", "vote", "--type", "json", "--patch", change])
}

/**
 * Says how many pods there are whenever that changes.
 * @returns their number once it is enough; null when that takes too long
 */
async function podsOnce(
  deadlineMs: number,
  say: Say,
  enough: (current: number, least: number) => boolean,
): Promise<number | null> {
  const end = performance.now() + deadlineMs
  for (let lastSaid = -1; performance.now() < end; await Bun.sleep(LOOK_MS)) {
    const { spec, status } = await voteScaler()
    const current = status.currentReplicas ?? 0
    if (current !== lastSaid) say(`vote has ${current} pods`)
    lastSaid = current
    if (enough(current, spec.minReplicas)) return current
  }
  return null
}

async function voteScaler(): Promise<Autoscaler> {
  const scaler: Autoscaler = JSON.parse(await kubectl(["get", "hpa", "vote", "--output", "json"]))
  if (!scaler.spec)
    throw new UserError("There is no HorizontalPodAutoscaler for vote: apply k8s-deployment first.")
  return scaler
}
