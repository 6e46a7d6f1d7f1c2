/** What the host does in a run: new polls come, older ones are paused, closed and deleted, and viewers follow. */

import { Host, type HostPlan } from "./host"
import { FURTHER_QUESTIONS, ONE, type Question } from "./questions"
import { Viewer } from "./viewers"

/** How often the host does something. */
const EVERY_MS = { least: 4_000, most: 9_000 }
const PAUSE_MS = { least: 500, most: 3_000 }
/** Viewers of each poll and result app. */
const VIEWERS = 2
/** So long after its end people still look at a poll. */
const LINGER_MS = 15_000
/** Of 100 moves of the host: pauses, changes of words, and deletions; the others close a poll and open another. */
const PAUSES = 25
const CHANGES = 15
const DELETES = 12

type EveningPlan = Omit<HostPlan, "onPoll">

export class Evening {
  readonly host: Host
  /** Of the polls that are not deleted, the oldest first. */
  private readonly ended: string[] = []
  private readonly viewers: Viewer[] = []
  private asked = 0

  constructor(private readonly plan: EveningPlan) {
    this.host = new Host({ ...plan, onPoll: (poll) => this.watch(poll) })
  }

  /** Polls of every method, and of both policies, in which people vote from the start. */
  async begin(): Promise<void> {
    await this.host.make({ policy: "final", ...ONE })
    await this.host.make({ policy: "changeable", ...ONE })
    for (const policy of ["final", "changeable", "final", "changeable"] as const)
      await this.host.make({ policy, ...this.nextQuestion() })
  }

  async goOn(until: AbortSignal): Promise<void> {
    const { random } = this.plan
    while (!until.aborted) {
      await Bun.sleep(random.between(EVERY_MS.least, EVERY_MS.most))
      if (until.aborted) return
      const dice = random.next() * 100
      if (dice < PAUSES) await this.pause()
      else if (dice < PAUSES + CHANGES) await this.host.reword(random.pick(this.host.openPolls()))
      else if (dice < PAUSES + CHANGES + DELETES && this.ended.length > 1)
        await this.delete(this.ended.shift() ?? "")
      else await this.replace()
    }
  }

  /**
   * Closes every poll that is still open, also those that are open again: a Postgres of which an older volume came back does not
   * know that they were closed, or deleted.
   */
  async end(): Promise<void> {
    await Promise.all(
      this.host.made.map(async (poll) => {
        const phase = await this.host.phaseOf(poll)
        if (phase === "open" || phase === "paused") await this.close(poll)
      }),
    )
  }

  /** The viewers go home. */
  leave(): void {
    for (const viewer of this.viewers) viewer.leave()
  }

  private async replace(): Promise<void> {
    const { random } = this.plan
    const old = random.pick(this.host.openPolls())
    const question = old.options === ONE.options ? ONE : this.nextQuestion()
    await this.host.make({ policy: old.policy, ...question })
    await this.close(old.poll)
  }

  /** In turn, so that polls of every method are open at any time. */
  private nextQuestion(): Question {
    return FURTHER_QUESTIONS[this.asked++ % FURTHER_QUESTIONS.length] ?? ONE
  }

  private async pause(): Promise<void> {
    const { random } = this.plan
    const { poll } = random.pick(this.host.openPolls())
    await this.host.move(poll, "paused")
    await Bun.sleep(random.between(PAUSE_MS.least, PAUSE_MS.most))
    while ((await this.host.move(poll, "open")) === "unknown") await Bun.sleep(PAUSE_MS.least)
  }

  private async close(poll: string): Promise<void> {
    await this.host.close(poll)
    this.ended.push(poll)
    setTimeout(() => this.unwatch(poll), LINGER_MS)
  }

  private async delete(poll: string): Promise<void> {
    this.unwatch(poll)
    await this.host.delete(poll)
  }

  private watch(poll: string): void {
    this.plan.urls.forEach((url, i) => {
      for (let n = 0; n < VIEWERS; n++) this.viewers.push(new Viewer(i + 1, url, poll, this.plan.recorder))
    })
  }

  private unwatch(poll: string): void {
    for (const viewer of this.viewers.filter((it) => it.poll === poll)) {
      viewer.leave()
      this.viewers.splice(this.viewers.indexOf(viewer), 1)
    }
  }
}
