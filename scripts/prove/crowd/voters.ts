/**
 * The voters of a run. Each says one thing after another, and says the same again until it knows what became of it, as the ballot
 * page does. A few hang up early, so that an answer is on its way to nobody.
 */

import type { Random } from "../random"
import type { Recorder } from "../record/recorder"
import { send } from "./voter"

/** A poll that takes votes now. */
export type OpenPoll = { poll: string; policy: "final" | "changeable"; options: readonly string[] }

export type VotersPlan = {
  /** The vote apps, by which a voter goes from one to the other. */
  urls: readonly string[]
  openPolls: () => readonly OpenPoll[]
  recorder: Recorder
  random: Random
  /** How many voters have something to say at the same time. */
  atOnce: number
  /** Calls a second, all voters together, as long as they are answered at once. */
  rate: number
  /** From then on nobody says anything new. */
  until: AbortSignal
  /** Then even those who don't know hang up. */
  patience: AbortSignal
}

const PATIENCE_MS = 4_000
const HANGS_UP_MS = 15
/** Of 100 requests so many are hung up at once. */
const HANGS_UP = 3
/** How many voters of each poll change their minds. */
const REGULARS = 40
const AGAIN_MS = { least: 50, most: 400 }

/** A voter of a changeable poll who comes back. */
type Regular = { voter: string; isBusy: boolean; saysReplaces: boolean; last: string }

export async function letVote(plan: VotersPlan): Promise<void> {
  const voters = new Voters(plan)
  await Promise.all(Array.from({ length: plan.atOnce }, () => voters.voteOn()))
}

class Voters {
  private ballots = 0
  private readonly regulars = new Map<string, Regular[]>()

  constructor(private readonly plan: VotersPlan) {}

  async voteOn(): Promise<void> {
    const { until, atOnce, rate, random } = this.plan
    const pauseMs = (1_000 * atOnce) / rate
    while (!until.aborted) {
      const began = performance.now()
      const polls = this.plan.openPolls()
      if (polls.length > 0) await this.vote(random.pick(polls))
      await Bun.sleep(Math.max(1, pauseMs * random.between(0.5, 1.5) - (performance.now() - began)))
    }
  }

  private async vote(poll: OpenPoll): Promise<void> {
    const { random } = this.plan
    const option = random.pick(poll.options)
    if (poll.policy === "final") {
      await this.sayUntilKnown(poll.poll, crypto.randomUUID(), option, null)
      return
    }
    const regular = this.regularOf(poll.poll)
    if (!regular) return
    regular.isBusy = true
    const receipt = await this.sayUntilKnown(
      poll.poll,
      regular.voter,
      option,
      regular.saysReplaces ? regular.last : null,
    )
    // Who never learned what became of a choice can't say what the next one replaces.
    if (receipt === undefined) this.forget(poll.poll, regular)
    else if (receipt !== null) regular.last = receipt
    regular.isBusy = false
  }

  /** @returns the receipt; null if it was refused, undefined if that is not known in the end */
  private async sayUntilKnown(
    poll: string,
    voter: string,
    option: string,
    replaces: string | null,
  ): Promise<string | null | undefined> {
    const { urls, recorder, random, patience } = this.plan
    const ballot = { ballot: ++this.ballots, poll, voter, option, replaces }
    let replica = random.whole(1, urls.length)
    let isUnknown = false
    while (!patience.aborted) {
      const hangsUp = random.next() * 100 < HANGS_UP
      const invoked = recorder.now()
      const { isOpen, ...answer } = await send(
        urls[replica - 1] ?? "",
        ballot,
        hangsUp ? HANGS_UP_MS : PATIENCE_MS,
      )
      recorder.write({ kind: "call", ...ballot, replica, invoked, answered: recorder.now(), ...answer })
      isUnknown ||= answer.outcome === "unknown"
      if (answer.outcome === "ok") return answer.receipt
      if (!isOpen) return isUnknown ? undefined : null
      replica = (replica % urls.length) + 1
      await Bun.sleep(random.between(AGAIN_MS.least, AGAIN_MS.most))
    }
    return undefined
  }

  private regularOf(poll: string): Regular | undefined {
    const regulars = this.regulars.get(poll) ?? []
    this.regulars.set(poll, regulars)
    if (regulars.length < REGULARS) {
      const saysReplaces = this.plan.random.next() < 0.5
      regulars.push({ voter: crypto.randomUUID(), isBusy: false, saysReplaces, last: "none" })
    }
    const idle = regulars.filter(({ isBusy }) => !isBusy)
    return idle.length > 0 ? this.plan.random.pick(idle) : undefined
  }

  private forget(poll: string, regular: Regular): void {
    this.regulars.set(
      poll,
      (this.regulars.get(poll) ?? []).filter((it) => it !== regular),
    )
  }
}
