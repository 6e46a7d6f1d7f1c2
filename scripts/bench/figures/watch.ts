/** Watches a Tallyroom under a flood: what Postgres counted, how much waits, and what a viewer sees. */

import type { Database } from "@tallyroom/lib/database"
import type { Redis } from "ioredis"
import { z } from "zod"
import type { BenchRun } from "../subject/bench-stores"
import { acceptedCount, backlog } from "../subject/inbox"
import { POLL_ID } from "../subject/poll"

const BACKLOG_LOOK_MS = 200

const snapshotSchema = z.object({ total: z.number() })

export class Watch {
  /** What the viewer saw last. */
  total = 0
  highestBacklog = 0

  private constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
  ) {}

  /** Settles once its viewer has seen the first snapshot. */
  static async start({ redis, stores }: BenchRun, sql: Database, resultUrl: string): Promise<Watch> {
    const watch = new Watch(redis, sql)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = new WebSocket(`${resultUrl.replace("http", "ws")}/live?poll=${POLL_ID}&then=numbers`)
    socket.onmessage = ({ data }) => {
      watch.total = snapshotSchema.parse(JSON.parse(String(data))).total
      resolve()
    }
    socket.onclose = () => reject(new Error("the viewer was closed"))
    stores.defer(() => socket.close())
    await promise
    return watch
  }

  /** Runs `work`, and measures the votes that Postgres counted a second meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<{ result: T; rate: number }> {
    const timer = setInterval(() => void this.lookAtBacklog(), BACKLOG_LOOK_MS)
    try {
      const [before, start] = [await this.counted(), performance.now()]
      const result = await work()
      const [after, end] = [await this.counted(), performance.now()]
      return { result, rate: ((after - before) * 1_000) / (end - start) }
    } finally {
      clearInterval(timer)
    }
  }

  async counted(): Promise<number> {
    const [row] = await this.sql`SELECT COALESCE(sum(counted), 0)::bigint AS counted FROM books`
    return Number(row?.counted)
  }

  async isDrained(): Promise<boolean> {
    return (await backlog(this.redis)) === 0 && (await this.counted()) === (await acceptedCount(this.redis))
  }

  private async lookAtBacklog(): Promise<void> {
    this.highestBacklog = Math.max(this.highestBacklog, await backlog(this.redis))
  }
}
