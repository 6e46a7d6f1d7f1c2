/** One shard's life at the worker that holds its lease: make its Redis fit for ballots, then count, for ever. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { comparePositions, formatPosition } from "@tallyroom/lib/ballots/ballot"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { Counting, type CountingParts, PositionMoved } from "../counting/counter"
import { type Projection, ShardBehind } from "../polls/projection"
import {
  acceptedIn,
  bookLosses,
  chooseFloor,
  claimShard,
  inspectShard,
  pollsBehind,
  raiseFence,
  readCounters,
  recordAccepted,
  removeGarbage,
  restoreVoters,
  type ShardInspection,
} from "../source/redis-restore"

export type ShardParts = Omit<CountingParts, "acceptedOf"> & {
  redis: Redis
  projection: Projection
  /** Which instance the shard belongs to: the id of its database. */
  instance: string
  onOpen: () => void
}

export class Shard {
  /** Whether this Redis was found equal to Postgres since the last trouble. */
  isOpen = false
  /** Why it is not open. */
  trouble = "is being opened"
  private readonly counting: Counting

  constructor(
    private readonly shard: number,
    private readonly parts: ShardParts,
  ) {
    const acceptedOf: CountingParts["acceptedOf"] = ({ polls }) => acceptedIn(parts.redis, shard, polls)
    this.counting = new Counting(shard, { ...parts, acceptedOf })
  }

  /** Works until the signal aborts. Whatever fails is tried again, from the position that Postgres has. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.parts
    for (let attempt = 0; !signal.aborted; ) {
      try {
        if (!(await this.counting.begin())) return
        await this.open()
        while (!signal.aborted && this.isOpen) {
          if (!(await this.counting.countWhatComes(signal))) await this.checkFence()
          if (attempt > 0) log.info({ shard: this.shard }, "counting again")
          attempt = 0
        }
      } catch (error) {
        this.isOpen = false
        this.trouble = error instanceof Error ? error.message : String(error)
        if (signal.aborted) return
        if (error instanceof PositionMoved) log.info({ shard: this.shard }, "the position moved elsewhere")
        else if (++attempt === 1)
          log.warn({ shard: this.shard, err: error }, "counting stopped; trying again")
        await pause(backoff(Math.max(1, attempt)), signal)
      }
    }
  }

  /** Writes changed polls into the shard, if it is open; opening does so itself. */
  async project(which: "changed" | "votable" | "all"): Promise<void> {
    if (!this.isOpen) return
    try {
      await this.parts.projection.write(which)
    } catch (error) {
      if (!(error instanceof ShardBehind)) throw error
      this.parts.log.warn({ shard: this.shard, err: error }, "Redis lost something; the shard is opened anew")
      this.isOpen = false
      await raiseFence(this.parts.redis, this.shard)
    }
  }

  /**
   * Opens the shard. A Redis that lost nothing is opened as it is. In any other, what is left is counted, the losses are
   * booked, the voters come back from Postgres; and only then ballots are accepted.
   */
  private async open(): Promise<void> {
    const { redis, sql, polls, projection } = this.parts
    projection.forget()
    await claimShard(redis, this.shard, this.parts.instance)
    await polls.refresh()
    await projection.writeTombstones()
    const look = await inspectShard(redis, this.shard)
    const counters = await readCounters(redis, this.shard, polls.all())
    const behind = await pollsBehind(sql, this.shard, polls.all(), counters)
    const setBack = comparePositions(look.last, this.counting.position) < 0
    const wasOpen = look.fence !== "" && !look.fence.startsWith(RESTORING)
    const isSound = wasOpen && !setBack && behind.length === 0 && (await this.openAsItIs(look))
    if (!isSound) await this.restore(look, counters, setBack ? polls.all() : behind)
    this.isOpen = true
    this.parts.onOpen()
  }

  /** @returns false when this Redis turns out to hold less than it should, or garbage */
  private async openAsItIs({ fence, serving }: ShardInspection): Promise<boolean> {
    try {
      await this.parts.projection.write("all")
    } catch (error) {
      if (error instanceof ShardBehind) return false
      throw error
    }
    if (fence !== serving) await this.lowerFence(fence, serving)
    return true
  }

  private async restore(look: ShardInspection, counters: Map<number, number>, behind: Poll[]): Promise<void> {
    const { redis, sql, projection, log, polls } = this.parts
    const { shard, counting } = this
    if (behind.length > 0) {
      log.warn({ shard, polls: names(behind) }, "Redis is older than Postgres or was wiped: restoring it")
    }
    const marker = await raiseFence(redis, shard)
    const spoilt = await removeGarbage(redis, shard, polls.all())
    if (spoilt.length > 0) log.error({ shard, polls: names(spoilt) }, "voters were garbage in Redis")
    await recordAccepted(sql, counting.holding(), counters)
    await counting.drain()
    for (const loss of await bookLosses(sql, counting.holding())) {
      if (loss.lost > 0) log.error({ shard, ...loss }, "ballots were lost with the inbox")
    }
    await this.restoreVoters(new Set([...behind, ...spoilt]), marker)
    await polls.refresh()
    await projection.write("all", marker)
    await counting.moveTo(await chooseFloor(redis, sql, shard, [counting.position, look.last]))
    await this.lowerFence(marker, look.serving)
  }

  private async restoreVoters(polls: Set<Poll>, marker: string): Promise<void> {
    const { redis, sql, log } = this.parts
    for (const poll of polls) {
      if (poll.state === "final" || poll.state === "draft") continue
      const voters = await restoreVoters(redis, sql, { shard: this.shard, poll, marker })
      if (voters === null) throw new PositionMoved()
      if (voters > 0) log.warn({ shard: this.shard, poll: poll.id, voters }, "voters restored into Redis")
    }
  }

  private async lowerFence(expected: string, serving: string): Promise<void> {
    const { shard, counting, parts } = this
    const { ms, seq } = counting.position
    const opened = await parts.redis.lowerFence(
      keys.fence(shard),
      keys.inbox(shard),
      ms,
      seq,
      expected,
      serving,
    )
    if (opened !== "open") throw new Error(`Redis changed while shard ${shard} was being opened`)
    parts.log.info({ shard, after: formatPosition(counting.position) }, "shard opened")
  }

  private async checkFence(): Promise<void> {
    const look = await inspectShard(this.parts.redis, this.shard)
    if (look.fence !== look.serving) this.isOpen = false
  }
}

function names(polls: Poll[]): string[] {
  return polls.map((poll) => poll.id)
}
