/** Poolers before Postgres: PgBouncer by transactions and by sessions. */

import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { makePollAt } from "../harness/control-room"
import { type PgBouncer, startPgBouncer } from "../harness/pgbouncer"
import { useStores } from "../harness/stores"

const MANY = 300

const stores = useStores()
let sql: Database

beforeAll(() => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
})

/** The words of a process's log so far. */
function heardBy(lines: string[]) {
  return { onLine: (line: string) => void lines.push(line) }
}

async function waitingFor({ managementUrl }: AppProcess): Promise<Record<string, string>> {
  const answer = await fetch(`${managementUrl}/readyz`)
  return (await answer.json()).waiting ?? {}
}

describe("PgBouncer that pools transactions", () => {
  let pooler: PgBouncer

  beforeAll(async () => {
    pooler = await startPgBouncer(stores(), { mode: "transaction" })
  })

  test("a COMMIT that is answered with ROLLBACK is a failure, and nothing is prepared", async () => {
    const pooled = openDatabase(pooler.urlOf(stores().database.workerUrl), {
      ...{ name: "pooled", connections: 6, answerMs: 10_000 },
    })
    stores().defer(() => pooled.end({ timeout: 1 }))
    // The first connections are refused for parameters that PgBouncer does not know.
    await waitFor("PgBouncer to take it", () => pooled`SELECT 1`.catch(() => false as const))
    await sql`CREATE TABLE noted (n integer)`
    const note = (n: number) =>
      pooled.begin(async (transaction) => {
        await transaction`INSERT INTO noted VALUES (${n})`
        await transaction`SELECT count(*) FROM noted WHERE n = ${n}`
      })
    for (let turn = 0; turn < 20; turn++)
      await Promise.all(Array.from({ length: 10 }, (_, index) => note(turn * 10 + index)))
    const [row] = await sql`SELECT count(*)::integer AS noted FROM noted`
    expect(row?.noted).toBe(200)
    const prepared = await pooled`SELECT count(*)::integer AS n FROM pg_prepared_statements`
    expect(prepared).toMatchObject([{ n: 0 }])
  })

  test("two workers on an empty database count every vote, and result shows them while it asks each second", async () => {
    const said: string[] = []
    const { database } = stores()
    const DATABASE_URL = pooler.urlOf(database.workerUrl)
    const workers = await Promise.all([1, 2].map(() => startWorkerProcess(stores(), { DATABASE_URL })))
    await Promise.all(workers.map(({ app }) => app.waitReady()))
    const resultUrl = pooler.urlOf(database.resultUrl)
    const result = await startResultProcess(stores(), { DATABASE_URL: resultUrl }, heardBy(said))
    const vote = await startVoteProcess(stores())
    await makePollAt(result.url, { id: "pooled" })
    await castMany(vote, "pooled")
    await waitFor("result to show every vote", async () => (await shown(result, "pooled")) === MANY, 15_000)
    expect(said.filter((line) => line.includes("set DATABASE_LISTEN_URL"))).toHaveLength(1)
    expect(await waitingFor(result)).toEqual({})
    for (const { app } of workers) await app.stop(5_000)
    await result.app.stop(5_000)
    await vote.app.stop(5_000)
  })

  test("with DATABASE_LISTEN_URL changes are heard", async () => {
    const { database } = stores()
    const said: string[] = []
    const result = await startResultProcess(
      stores(),
      {
        ...{ DATABASE_URL: pooler.urlOf(database.resultUrl), DATABASE_LISTEN_URL: database.resultUrl },
        LOG_LEVEL: "info",
      },
      heardBy(said),
    )
    await waitFor("it to listen", () => said.some((line) => line.includes("listening to Postgres")))
    await result.app.stop(5_000)
  })

  test("one that leads through the pooler, too, is named in the log, and changes are asked for", async () => {
    const said: string[] = []
    const url = pooler.urlOf(stores().database.workerUrl)
    const env = { DATABASE_URL: url, DATABASE_LISTEN_URL: url }
    const worker = await startWorkerProcess(stores(), env, heardBy(said))
    await waitFor(
      "the log to tell",
      () => said.some((line) => line.includes("DATABASE_LISTEN_URL: ")),
      20_000,
    )
    await worker.app.waitReady()
    expect(await waitingFor(worker)).toEqual({})
    await worker.app.stop(5_000)
  })
})

describe("PgBouncer that pools sessions", () => {
  test("worker and result listen, and count", async () => {
    const pooler = await startPgBouncer(stores(), { mode: "session" })
    const { database } = stores()
    const said: string[] = []
    const how = { LOG_LEVEL: "info" }
    const worker = await startWorkerProcess(stores(), {
      ...how,
      DATABASE_URL: pooler.urlOf(database.workerUrl),
    })
    await worker.app.waitReady()
    const result = await startResultProcess(
      stores(),
      { ...how, DATABASE_URL: pooler.urlOf(database.resultUrl) },
      heardBy(said),
    )
    await waitFor("it to listen", () => said.some((line) => line.includes("listening to Postgres")))
    await worker.app.stop(5_000)
    await result.app.stop(5_000)
  })

  test("with fewer connections than a worker needs, the log says so", async () => {
    const pooler = await startPgBouncer(stores(), { mode: "session", poolSize: 3 })
    const said: string[] = []
    const url = pooler.urlOf(stores().database.workerUrl)
    const worker = await startWorkerProcess(stores(), { DATABASE_URL: url }, heardBy(said))
    await waitFor(
      "the log to tell",
      () => said.some((line) => line.includes("a connection for each of ours")),
      40_000,
    )
    await worker.app.stop(5_000)
  })

  test("so says the log of result", async () => {
    const pooler = await startPgBouncer(stores(), { mode: "session", poolSize: 1 })
    const said: string[] = []
    const url = pooler.urlOf(stores().database.resultUrl)
    // It is never ready.
    void startResultProcess(stores(), { DATABASE_URL: url }, heardBy(said)).catch(() => {})
    await waitFor(
      "the log to tell",
      () => said.some((line) => line.includes("a connection for each of ours")),
      40_000,
    )
  })
})

async function castMany({ url }: AppProcess, poll: string): Promise<void> {
  const cast = async (n: number) => {
    const vote = () =>
      fetch(`${url}/api/polls/${poll}/votes`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ option: n % 2 ? "a" : "b" }),
      })
    await waitFor(`vote ${n} to be taken`, async () => (await vote()).ok)
  }
  for (let n = 0; n < MANY; n += 20) await Promise.all(Array.from({ length: 20 }, (_, at) => cast(n + at)))
}

async function shown({ url }: AppProcess, poll: string): Promise<number> {
  const answer = await fetch(`${url}/api/polls/${poll}/results`)
  return (await answer.json()).total ?? -1
}
