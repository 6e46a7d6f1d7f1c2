/** Which of several hosts is to be used: the latest primary, or the first that answers. */

import { pause } from "../backoff"
import type { Host } from "./address"
import { isLater, type Lineage, noteLineage, outdatedProblem } from "./lineage"

/** How often it is looked whether another host is the primary by now, while connections lead to one. */
const LOOK_MS = 1_000
/**
 * How long the others get to answer once a host that takes writes has: one of them may be a later primary, on a busy machine. So long
 * a new connection waits where a host is gone without a word.
 */
const OTHERS_MS = 1_000

/** `lineage` is null where the host takes no writes, or does not tell. */
export type HostState = { isReadOnly: boolean; lineage: Lineage | null }

/** How one host is asked. */
export interface Question {
  /** Rejects if it does not answer. Whoever asks meanwhile gets the same answer. */
  ask(): Promise<HostState>
  /** Gives up the connection over which it is asked, if there is one; the next question makes another. */
  close(): void
}

type Writer = { host: Host; lineage: Lineage | null }
/** Is told which host is to be used in the place of the one that was chosen before. */
type Follower = (host: Host) => void

export class HostChoice {
  private choosing: Promise<Host> | undefined
  private chosen: Host | undefined
  private readonly questions: Map<Host, Question>
  private readonly followers = new Set<Follower>()
  private looking: Timer | undefined

  constructor(
    hosts: readonly Host[],
    private readonly wantsWrites: boolean,
    questionOf: (host: Host) => Question,
  ) {
    this.questions = new Map(hosts.map((host) => [host, questionOf(host)]))
  }

  /** Connections that are made at once share one choice. @throws {Error} when no host will do */
  choose(): Promise<Host> {
    this.choosing ??= (this.wantsWrites ? this.latestPrimary() : this.firstThatAnswers()).finally(() => {
      this.choosing = undefined
      if (this.followers.size === 0) this.hangUp()
    })
    return this.choosing
  }

  /**
   * Looks each second, until the last follower has left, whether another host is the primary.
   * @returns what ends that for this follower
   */
  follow(follower: Follower): () => void {
    this.followers.add(follower)
    if (this.wantsWrites)
      this.looking ??= setInterval(() => void this.choose().catch(() => {}), LOOK_MS).unref()
    return () => {
      this.followers.delete(follower)
      if (this.followers.size > 0) return
      clearInterval(this.looking)
      this.looking = undefined
      if (this.choosing === undefined) this.hangUp()
    }
  }

  private hangUp(): void {
    for (const question of this.questions.values()) question.close()
  }

  private async firstThatAnswers(): Promise<Host> {
    const why: string[] = []
    for (const [host, question] of this.questions) {
      try {
        await question.ask()
        return host
      } catch (error) {
        why.push(`${host.name}: ${messageOf(error)}`)
      }
    }
    throw noHost(why)
  }

  private async latestPrimary(): Promise<Host> {
    const writers = new Map<Host, Writer>()
    const why: string[] = []
    const first = Promise.withResolvers<void>()
    const all = Promise.all(
      [...this.questions].map(async ([host, question]) => {
        const found = await writerAt(host, question)
        if (typeof found === "string") return void why.push(`${host.name}: ${found}`)
        writers.set(host, found)
        first.resolve()
      }),
    )
    await Promise.race([all, first.promise.then(() => pause(OTHERS_MS))])
    const latest = this.latestOf(writers)
    if (!latest) throw noHost(why)
    this.use(latest)
    return latest.host
  }

  /** Of equals the one that is used already, so that all connections lead to the same. */
  private latestOf(writers: ReadonlyMap<Host, Writer>): Writer | undefined {
    const used = this.chosen && writers.get(this.chosen)
    const inOrder = [...this.questions.keys()].flatMap((host) => writers.get(host) ?? [])
    return inOrder.reduce<Writer | undefined>(
      (best, next) => (best === undefined || isLater(next.lineage, best.lineage) ? next : best),
      used,
    )
  }

  private use({ host, lineage }: Writer): void {
    if (lineage) noteLineage(lineage)
    const hasMoved = this.chosen !== undefined && this.chosen !== host
    this.chosen = host
    if (hasMoved) for (const follower of this.followers) follower(host)
  }
}

/** The host, if it may be used, or why not. */
async function writerAt(host: Host, question: Question): Promise<Writer | string> {
  try {
    const { isReadOnly, lineage } = await question.ask()
    if (isReadOnly) return "it takes no writes"
    return (lineage && outdatedProblem(lineage)) ?? { host, lineage }
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function noHost(why: string[]): Error {
  const message = `none of the hosts can be used (${why.join("; ")})`
  return Object.assign(new Error(message), { code: "NO_HOST" })
}
