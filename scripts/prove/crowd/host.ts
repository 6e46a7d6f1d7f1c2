/** The host of a run, who makes polls, pauses, closes and deletes them by the API, while votes come in. */

import { z } from "zod"
import type { Random } from "../random"
import type { Outcome, PollAsked } from "../record/record"
import type { Recorder } from "../record/recorder"
import type { BallotKind } from "../record/said"
import { shuffled } from "./choices"
import type { OpenPoll, PollKind } from "./voters"

export type HostPlan = {
  /** The result apps. */
  urls: readonly string[]
  token: string
  recorder: Recorder
  random: Random
  onPoll: (poll: string) => void
}

const PATIENCE_MS = 8_000
const AGAIN_MS = 300
/** So long people still try to vote in a poll that is closed: longer than it takes to become final (FINAL_AFTER_SECONDS). */
const LINGER_MS = { least: 3_000, most: 8_000 }
const pollSchema = z.object({ id: z.string(), phase: z.string() })

export class Host {
  /** The ids of all polls that it has made. */
  readonly made: string[] = []
  private readonly open = new Map<string, OpenPoll>()

  constructor(private readonly plan: HostPlan) {}

  /** The polls in which people vote; one that was just closed is among them for a moment. */
  readonly openPolls = (): readonly OpenPoll[] => [...this.open.values()]

  /** Makes an open poll. It asks until the answer is clear. */
  async make(kind: PollKind): Promise<string> {
    const { recorder } = this.plan
    const poll = `proof-${this.made.length + 1}`
    this.made.push(poll)
    const { policy, ballot, decision } = kind
    const options = [...kind.options]
    recorder.write({ kind: "poll", poll, policy, options, ballot, decision, at: recorder.now() })
    const body = {
      id: poll,
      title: `Proof ${this.made.length}`,
      policy,
      ...{ options: options.map(labelled), ballot: methodOf(ballot, options.length) },
      ...(decision && { decision }),
      results: "live",
      state: "open",
    }
    // 409 says that an earlier request, whose answer got lost, has made it.
    await this.until("POST", "/api/polls", body, [201, 409])
    this.open.set(poll, { poll, ...kind })
    this.plan.onPoll(poll)
    return poll
  }

  /** Changes the state of a poll, once: what the answer leaves open stays open. */
  async move(poll: string, to: PollAsked["to"]): Promise<Outcome> {
    const { recorder } = this.plan
    const invoked = recorder.now()
    const status =
      to === "deleted"
        ? await this.ask("DELETE", `/api/polls/${poll}?confirm=${poll}`)
        : await this.ask("PATCH", `/api/polls/${poll}`, { state: to })
    const outcome: Outcome = status === null || status >= 500 ? "unknown" : status < 300 ? "ok" : "refused"
    recorder.write({ kind: "poll-asked", poll, to, invoked, answered: recorder.now(), outcome })
    return outcome
  }

  /** Closes a poll for good: asks until it is closed. Voters still come for a while. */
  async close(poll: string): Promise<void> {
    while ((await this.move(poll, "closed")) === "unknown") await Bun.sleep(AGAIN_MS)
    await Bun.sleep(this.plan.random.between(LINGER_MS.least, LINGER_MS.most))
    this.open.delete(poll)
  }

  /** Gives the poll another title, and its options another order, while people vote in it. */
  async reword({ poll, options }: OpenPoll): Promise<void> {
    await this.ask("PATCH", `/api/polls/${poll}`, { title: `Proof, reworded ${crypto.randomUUID()}` })
    const order = shuffled(options, this.plan.random).map(labelled)
    await this.ask("PATCH", `/api/polls/${poll}`, { options: order })
  }

  async delete(poll: string): Promise<void> {
    this.open.delete(poll)
    while ((await this.move(poll, "deleted")) === "unknown") await Bun.sleep(AGAIN_MS)
  }

  /** Where the poll is in its life; "gone" where there is none. It asks until somebody answers. */
  async phaseOf(poll: string): Promise<string> {
    for (;;) {
      const phase = await this.askPhase(poll)
      if (phase !== null) return phase
      await Bun.sleep(AGAIN_MS)
    }
  }

  private async askPhase(poll: string): Promise<string | null> {
    for (const url of this.plan.urls) {
      try {
        const answer = await fetch(`${url}/api/polls/${poll}`, {
          headers: { authorization: `Bearer ${this.plan.token}` },
          signal: AbortSignal.timeout(PATIENCE_MS),
        })
        if (answer.status === 404 || answer.status === 410) return "gone"
        if (answer.ok) return pollSchema.parse(await answer.json()).phase
        await answer.arrayBuffer()
      } catch {
        // The other replica may answer.
      }
    }
    return null
  }

  private async until(method: string, path: string, body: unknown, expected: number[]): Promise<void> {
    for (;;) {
      const status = await this.ask(method, path, body)
      if (status !== null && expected.includes(status)) return
      if (status !== null && status < 500) throw new Error(`${method} ${path} was answered ${status}`)
      await Bun.sleep(AGAIN_MS)
    }
  }

  /** @returns the status; null without an answer */
  private async ask(method: string, path: string, body?: unknown): Promise<number | null> {
    try {
      const answer = await fetch(`${this.plan.random.pick(this.plan.urls)}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.plan.token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return null
    }
  }
}

function labelled(id: string): { id: string; label: string } {
  return { id, label: id.toUpperCase() }
}

/** The field `ballot` of a poll with so many options. */
export function methodOf({ method, least, most, highest, abstain }: BallotKind, options: number) {
  const max = most === options ? "all" : most
  if (method === "choose") return { method, min: least, max, abstain }
  if (method === "rank") return { method, max, abstain }
  return method === "rate" ? { method, highest, abstain } : { method, abstain }
}
