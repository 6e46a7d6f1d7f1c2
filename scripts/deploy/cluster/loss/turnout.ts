/** People who vote one after the other while something happens to the cluster, and what became of each vote. */

import { z } from "zod"
import { castOnce, crowd, person } from "../../../services/apps/voters"
import type { Addresses } from "../../../services/instance/instance"
import { UserError } from "../../../services/terminal/user-error"
import { waitFor } from "../../../services/wait"

const VOTERS_AT_ONCE = 12
/** Between two ballots of one voter: a steady stream is wanted, not a flood. */
const PAUSE_MS = 25
/** A ballot that got no answer is sent again after this. */
const PATIENCE_MS = 2_000
/** Longer than an outage may last. */
const GIVE_UP_MS = 120_000
const COUNTED_MS = 60_000
const READERS_AT_ONCE = 16

export interface Turnout {
  /** How many were answered that their vote is in. */
  readonly votes: number
  /** How long the one waited who waited longest, from the first ballot to the answer. */
  readonly longestWaitMs: number
  /** What the receipts say, once none says that its vote is still to be counted. */
  readonly fates: Readonly<Record<string, number>>
}

const votedSchema = z.object({ receipt: z.string() })
const fateSchema = z.object({ status: z.string() })

/** Has people vote for as long as some work takes. @throws {UserError} when one gets no answer */
export async function turnoutDuring(
  instance: Addresses,
  poll: string,
  work: () => Promise<unknown>,
): Promise<Turnout> {
  const receipts: string[] = []
  let [longestWaitMs, isOver] = [0, false]
  const voter = async () => {
    while (!isOver) {
      const start = performance.now()
      receipts.push(await vote(instance, poll))
      longestWaitMs = Math.max(longestWaitMs, performance.now() - start)
      await Bun.sleep(PAUSE_MS)
    }
  }
  const voting = Promise.all(Array.from({ length: VOTERS_AT_ONCE }, voter))
  // Its error is handled after the work, and must not count as unhandled until then.
  voting.catch(() => {})
  try {
    await work()
  } finally {
    isOver = true
    await voting
  }
  return { votes: receipts.length, longestWaitMs, fates: await fatesOf(instance, poll, receipts) }
}

async function vote({ voteUrl }: Addresses, poll: string): Promise<string> {
  const who = person()
  for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await Bun.sleep(PAUSE_MS)) {
    const answer = await castOnce(voteUrl, poll, who, "a", undefined, PATIENCE_MS)
    if (answer?.status === 201 || answer?.status === 200)
      return votedSchema.parse(await answer.json()).receipt
    if (answer && answer.status !== 503)
      throw new UserError(`A vote was answered ${answer.status}: ${await answer.text()}`)
    await answer?.arrayBuffer().catch(() => {})
  }
  throw new UserError(`A vote got no answer in ${GIVE_UP_MS / 1000} s.`)
}

async function fatesOf(
  instance: Addresses,
  poll: string,
  receipts: readonly string[],
): Promise<Record<string, number>> {
  const fates: Record<string, number> = {}
  await crowd(receipts.length, READERS_AT_ONCE, async (i) => {
    const fate = await fateOf(instance, poll, receipts[i] ?? "")
    fates[fate] = (fates[fate] ?? 0) + 1
  })
  return fates
}

/** Waits while the vote is still to be counted. */
function fateOf({ resultUrl }: Addresses, poll: string, receipt: string): Promise<string> {
  const url = `${resultUrl}/api/polls/${poll}/receipts/${receipt}`
  return waitFor(
    "a vote to be counted",
    async () => {
      const answer = await fetch(url).catch(() => null)
      if (!answer?.ok) return false
      const { status } = fateSchema.parse(await answer.json())
      return status !== "pending" && status
    },
    COUNTED_MS,
  )
}
