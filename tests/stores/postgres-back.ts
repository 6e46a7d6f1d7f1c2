/** What becomes of a Tallyroom whose Postgres goes back, the same tests for each inbox: its data directory is put back, as a restore does. */

import { beforeAll, expect, test } from "bun:test"
import { rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import type { AppendAnswer } from "@tallyroom/lib/inbox/contract"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { receiptStatus } from "../../apps/result/receipt/receipt-status"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type InboxBooth, openInboxBooth } from "../../scripts/services/apps/inbox-booth"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { type InboxServer, startInboxServer } from "../../scripts/services/stores/inbox-server"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { openInboxAdmin } from "../harness/inbox-admin"
import { useStores } from "../harness/stores"
import { makePoll, voter } from "../harness/tallyroom"

const SHARDS = 2

type Running = Awaited<ReturnType<typeof startWorker>>
type Cast = { who: string; answer: AppendAnswer }

export function postgresGoesBack(kind: InboxKind): void {
  const stores = useStores({ ownPostgres: true })
  const holdsOn = kind !== "redis"
  let server: InboxServer
  let booth: InboxBooth
  let sql: Database
  let broker: Awaited<ReturnType<typeof openInboxAdmin>>
  let workers: Running[] = []

  const dataDir = () => join(dirname(stores().redis.dir), "postgres")
  const start = async (n = 1) => {
    for (let i = 0; i < n; i++) workers.push(await startWorker(stores(), SHARDS, server.url))
    await Promise.all(workers.map(({ ready }) => ready()))
  }
  const stop = async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    workers = []
  }
  const copy = async (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true })
    expect(await Bun.spawn(["cp", "-a", from, to]).exited).toBe(0)
  }
  const restart = async (meanwhile: () => Promise<void>) => {
    const { postgres } = stores()
    await postgres.kill9()
    await meanwhile()
    await postgres.start()
    await waitFor("Postgres to answer", () => sql`SELECT 1`.then(() => true).catch(() => false))
  }
  const backUp = () => restart(() => copy(dataDir(), `${dataDir()}.saved`))
  const putBack = () => restart(() => copy(`${dataDir()}.saved`, dataDir()))

  const open = async (id: string) => {
    await makePoll(sql, id)
    await castAll(id, ["first"])
  }
  const castAll = async (id: string, names: string[], option = "a"): Promise<Cast[]> =>
    Promise.all(
      names.map(async (name) => {
        const who = voter(name)
        const cast = async () => {
          const answer = await booth.castUntilAnswered(id, who, option)
          return answer.kind !== "poll-unknown" && answer
        }
        return { who, answer: await waitFor(`the poll ${id}`, cast) }
      }),
    )
  const booksOf = async (id: string) =>
    (await auditPolls(sql, broker ?? booth.redis).catch(() => [])).find(({ poll }) => poll === id)
  const books = (id: string, expected: object) =>
    becomes(() => booksOf(id), expect.objectContaining(expected))
  const setbacks = async () => {
    const [row] = await sql`
      SELECT count(*)::integer AS found, count(*) FILTER (WHERE mended_at IS NULL)::integer AS unmended FROM setbacks`
    return { found: Number(row?.found), unmended: Number(row?.unmended) }
  }
  const mended = async () => {
    await becomes(async () => (await setbacks().catch(() => null))?.unmended, 0)
    expect((await setbacks()).found).toBeGreaterThan(0)
  }
  const fatesOf = async (id: string, cast: Cast[]) => {
    const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
    const poll = readPollRow(row ?? {})
    if (!poll) throw new Error(`there is no poll ${id}`)
    const fates = new Set<string>()
    for (const { who, answer } of cast) {
      if (!("position" in answer)) throw new Error(`there is no receipt for ${answer.kind}`)
      const receipt = writeReceipt(poll.salt, {
        shard: shardOf(who, SHARDS),
        position: answer.position,
        voter: who,
      })
      fates.add((await receiptStatus(sql, poll, receipt)).status)
    }
    return [...fates]
  }
  const names = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what} ${i}`)
  /** What the books say of 41 ballots that were counted before the backup, and 60 after it. */
  const after = holdsOn ? { counted: 101, lost: 0 } : { counted: 41, lost: 60 }
  const fate = holdsOn ? "counted" : "lost"

  beforeAll(async () => {
    server = await startInboxServer(kind, stores())
    sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
    stores().defer(() => sql.end({ timeout: 1 }))
    stores().defer(stop)
    await start()
    booth = await openInboxBooth(stores(), server.url, SHARDS)
    broker = server.url === "" ? null : await openInboxAdmin(stores(), server.url)
  })

  test("while two workers count: what is lost is booked, or counted again", async () => {
    await start()
    await open("running")
    const early = await castAll("running", names("early", 40))
    await books("running", { counted: 41 })
    await backUp()
    const late = await castAll("running", names("late", 60))
    await books("running", { counted: 101 })
    await putBack()
    await books("running", {
      accepted: 101,
      pending: 0,
      faults: [],
      lostAtLeast: false,
      wentBack: true,
      ...after,
    })
    await mended()
    expect(await fatesOf("running", early)).toEqual(["counted"])
    expect(await fatesOf("running", late)).toEqual([fate])
    await castAll("running", names("late", 60), "b")
    await books("running", { counted: 101, pending: 0, faults: [] })
    await stop()
  }, 120_000)

  test("while no worker runs, and one dies in the middle of mending it", async () => {
    await start()
    await open("stopped")
    await castAll("stopped", names("early", 40))
    await books("stopped", { counted: 41 })
    await stop()
    await backUp()
    await start()
    const late = await castAll("stopped", names("late", 60))
    await books("stopped", { counted: 101 })
    await stop()
    await castAll("stopped", names("waiting", 20))
    await putBack()
    const holder = openDatabase(stores().database.workerUrl, { name: "holder", connections: 1 })
    await holder.unsafe("BEGIN; LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
    const victim = await startWorkerProcess(stores(), { INBOX_SHARDS: String(SHARDS), INBOX_URL: server.url })
    await becomes(async () => (await setbacks()).unmended, SHARDS)
    await waitFor("a worker to be in the middle", async () => {
      const [row] =
        await sql`SELECT count(*)::integer AS n FROM pg_locks WHERE relation = 'votes'::regclass AND NOT granted`
      return row?.n > 0
    })
    victim.app.kill("SIGKILL")
    await victim.app.exited
    await holder.unsafe("ROLLBACK")
    await holder.end()
    await start()
    const counted = after.counted + 20
    await books("stopped", { accepted: 121, pending: 0, faults: [], ...after, counted })
    await mended()
    expect(await fatesOf("stopped", late)).toEqual([fate])
    await stop()
  }, 120_000)

  test("together with its inbox: nothing is counted twice, and a receipt of what neither has says so", async () => {
    await start()
    await open("both")
    const early = await castAll("both", names("early", 40))
    await books("both", { counted: 41 })
    await stop()
    await backUp()
    await server.save()
    await start()
    const late = await castAll("both", names("late", 60))
    await books("both", { counted: 101 })
    await stop()
    await server.setBack()
    await putBack()
    await start()
    await becomes(async () => fatesOf("both", early), ["counted"])
    if (!holdsOn) await becomes(async () => fatesOf("both", late), ["lost"])
    await castAll("both", names("late", 60), "b")
    await books("both", { counted: 101, pending: 0, faults: [] })
    await stop()
  }, 120_000)

  if (holdsOn)
    test("to before a new stream took the place of one that was lost: the new one is counted again", async () => {
      await start()
      await open("replaced")
      await castAll("replaced", names("early", 40))
      await books("replaced", { counted: 41 })
      await stop()
      await backUp()
      await start()
      const between = await castAll("replaced", names("between", 20))
      await books("replaced", { counted: 61 })
      await server.wipe()
      const late = await castAll("replaced", names("late", 60))
      await books("replaced", { counted: 121 })
      await stop()
      await putBack()
      await start()
      await mended()
      // NATS was told again who had voted; RabbitMQ was not, and what stood in the lost stream alone is gone.
      const isTold = kind === "nats"
      await books("replaced", { counted: isTold ? 121 : 101, pending: 0, faults: [], wentBack: true })
      expect(await fatesOf("replaced", late)).toEqual(["counted"])
      expect(await fatesOf("replaced", between)).toEqual([isTold ? "counted" : "lost"])
      if (!isTold) await books("replaced", { accepted: 121, lost: 20 })
      await stop()
    }, 180_000)
}
