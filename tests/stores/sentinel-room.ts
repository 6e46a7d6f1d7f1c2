/** Vote processes and a worker that find their Redis by three sentinels, beside a master with two replicas, and people who vote there. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { receiptStatus } from "../../apps/result/receipt/receipt-status"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, person } from "../../scripts/services/apps/voters"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { type Replicated, startReplicated } from "../harness/redis-replicas"
import { type Sentinels, startSentinels } from "../harness/redis-sentinels"
import { startTcpProxy, type TcpProxy } from "../harness/tcp-proxy"

export const POLL = "cats-vs-dogs"
const REPLICAS = 2
const VOTERS_AT_ONCE = 12
export const RECOVER_MS = 60_000

export type SentinelRoom = Replicated & {
  own: OwnStores
  sql: Database
  sentinels: Sentinels
  /** The only way to the master. */
  way: TcpProxy
  votes: AppProcess[]
  worker: AppProcess
}

export async function startSentinelRoom(stores: OwnStores, replicasWaitedFor: number): Promise<SentinelRoom> {
  let way: TcpProxy | undefined
  const masterPort = async (own: number) => {
    way = await startTcpProxy(stores, `http://127.0.0.1:${own}`)
    return Number(new URL(way.url).port)
  }
  const replicated = await startReplicated(stores, REPLICAS, { masterPort })
  if (!way) throw new Error("there is no way to the master")
  const sentinels = await startSentinels(stores, replicated, Number(new URL(way.url).port))
  const database = await stores.postgres.database(`failover_${crypto.randomUUID().replaceAll("-", "")}`)
  const own = { ...stores, redis: replicated.master, database }
  const wait = { INBOX_REPLICAS: String(replicasWaitedFor) }
  const worker = await startWorkerProcess(own, { REDIS_URL: sentinels.urlFor("worker"), ...wait })
  await worker.app.waitReady()
  const voteEnv = { REDIS_URL: sentinels.urlFor("vote"), ...wait }
  const votes = [await startVoteProcess(own, voteEnv), await startVoteProcess(own, voteEnv)]
  const sql = openDatabase(database.workerUrl, { name: "test-failover", connections: 2 })
  stores.defer(() => sql.end({ timeout: 1 }))
  return { ...replicated, own, sql, sentinels, way, votes, worker }
}

/** People who vote one after the other, each until answered, until they are told to stop. */
export class Flood {
  /** The receipts of those who were answered that their vote is in: 201, or 200 to who sent it again. */
  readonly receipts: string[] = []
  readonly answeredAt: number[] = []
  refused = 0
  private isOver = false
  private readonly voters: Promise<void>[]

  constructor(private readonly urls: readonly string[]) {
    this.voters = Array.from({ length: VOTERS_AT_ONCE }, () => this.vote())
  }

  get answers(): number {
    return this.receipts.length + this.refused
  }

  async stop(): Promise<void> {
    this.isOver = true
    await Promise.all(this.voters)
  }

  private async vote(): Promise<void> {
    while (!this.isOver) await this.castUntilTaken(person())
  }

  private async castUntilTaken(who: string): Promise<void> {
    const end = performance.now() + RECOVER_MS
    for (let attempt = 0; performance.now() < end; attempt++) {
      const answer = await castOnce(this.urls[attempt % this.urls.length] ?? "", POLL, who, "a")
      if (answer?.status === 201 || answer?.status === 200) {
        this.receipts.push(((await answer.json()) as { receipt: string }).receipt)
        this.answeredAt.push(performance.now())
        return
      }
      this.refused++
      await Bun.sleep(20 + Math.random() * 80)
    }
    throw new Error("voting did not come back")
  }
}

/** What became of the ballots of these receipts, by its name. */
export async function fatesOf(sql: Database, receipts: readonly string[]): Promise<Record<string, number>> {
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${POLL}`
  const poll = readPollRow(row ?? {})
  if (!poll) throw new Error("there is no poll")
  const fates: Record<string, number> = {}
  for (const receipt of receipts) {
    const { status } = await receiptStatus(sql, poll, receipt)
    fates[status] = (fates[status] ?? 0) + 1
  }
  return fates
}
