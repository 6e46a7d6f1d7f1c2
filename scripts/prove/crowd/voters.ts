/**
 * The voters of a run. Each says one thing after another, and says the same again until it knows what became of it, as the ballot
 * page does. A few hang up early, so that an answer is on its way to nobody.
 */

import type { Random } from "../random"
import type { DecisionAsked } from "../record/decided"
import type { Policy } from "../record/record"
import type { Recorder } from "../record/recorder"
import { type BallotKind, saidBy } from "../record/said"
import { type Chosen, choose, chooseOther } from "./choices"
import { send } from "./voter"

/** What is asked of people, whether they may change their minds, and how it is decided. */
export type PollKind = {
  policy: Policy
  options: readonly string[]
  ballot: BallotKind
  /** Null for the most votes. */
  decision: DecisionAsked | null
}

/** A poll that takes votes now. */
export type OpenPoll = PollKind & { poll: string }

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
/** Of 100 choices in a poll with one vote each, so many are a voter's second, which must be refused. */
const DOUBTS = 20
/** So many voters of each poll may still doubt. */
const DOUBTERS = 2_000

/** A voter of a changeable poll who comes back. */
type Regular = { voter: string; isBusy: boolean; saysReplaces: boolean; last: string }

export async function letVote(plan: VotersPlan): Promise<void> {
  const voters = new Voters(plan)
  await Promise.all(Array.from({ length: plan.atOnce }, () => voters.voteOn()))
}

class Voters {
  private ballots = 0
  private readonly regulars = new Map<string, Regular[]>()
  /** Those who have voted in a poll with one vote each. */
  private readonly settled = new Map<string, { voter: string; chosen: Chosen }[]>()

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
    if (poll.policy === "final") await this.voteOnce(poll)
    else await this.voteAgain(poll)
  }

  private async voteOnce(open: OpenPoll): Promise<void> {
    const { random } = this.plan
    const { poll } = open
    const settled = this.settled.get(poll) ?? []
    this.settled.set(poll, settled)
    if (settled.length > 0 && random.next() * 100 < DOUBTS) {
      const { voter, chosen } = random.pick(settled)
      await this.sayUntilKnown(open, voter, chooseOther(open, chosen, random), null)
      return
    }
    const [voter, chosen] = [crypto.randomUUID(), choose(open, random)]
    const { receipt } = await this.sayUntilKnown(open, voter, chosen, null)
    if (receipt !== null && settled.length < DOUBTERS) settled.push({ voter, chosen })
  }

  private async voteAgain(open: OpenPoll): Promise<void> {
    const { poll } = open
    const regular = this.regularOf(poll)
    if (!regular) return
    regular.isBusy = true
    const { voter, saysReplaces, last } = regular
    const replaces = saysReplaces ? last : null
    const chosen = choose(open, this.plan.random)
    const { receipt, wasUnknown } = await this.sayUntilKnown(open, voter, chosen, replaces)
    if (receipt !== null) regular.last = receipt
    // Who did not learn what became of a choice can't say what the next one replaces. And a request without an answer, which says
    // nothing of that, may come after the next one, and then rightly stands.
    if (wasUnknown && (receipt === null || !saysReplaces)) this.forget(poll, regular)
    regular.isBusy = false
  }

  /** Says the same until it knows what became of it, or nobody wants to know. */
  private async sayUntilKnown(
    { poll, options, ballot: kind }: OpenPoll,
    voter: string,
    chosen: Chosen,
    replaces: string | null,
  ): Promise<{ receipt: string | null; wasUnknown: boolean }> {
    const { urls, recorder, random, patience } = this.plan
    const ballot = { ballot: ++this.ballots, poll, voter, option: saidBy(chosen, kind.method), replaces }
    let replica = random.whole(1, urls.length)
    let wasUnknown = false
    while (!patience.aborted) {
      const hangsUp = random.next() * 100 < HANGS_UP
      const invoked = recorder.now()
      const { isOpen, ...answer } = await send(
        urls[replica - 1] ?? "",
        { ...ballot, chosen, options, kind },
        random,
        hangsUp ? HANGS_UP_MS : PATIENCE_MS,
      )
      recorder.write({ kind: "call", ...ballot, replica, invoked, answered: recorder.now(), ...answer })
      wasUnknown ||= answer.outcome === "unknown"
      if (!isOpen) return { receipt: answer.receipt, wasUnknown }
      replica = (replica % urls.length) + 1
      await Bun.sleep(random.between(AGAIN_MS.least, AGAIN_MS.most))
    }
    return { receipt: null, wasUnknown: true }
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
