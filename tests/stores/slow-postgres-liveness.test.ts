/** What a worker says of itself while its way to Postgres is slow, or silent: a restart would mend neither. */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { openBooth, voter } from "../harness/tallyroom"
import { startTcpProxy, type TcpProxy } from "../harness/tcp-proxy"

/** Longer than anything may hang before `/livez` says so. */
const WATCHED_MS = 110_000
/** In each direction. Every statement gets its answer within its deadline of 12 s, and a heartbeat has seven. */
const SLOW_MS = 4_800

/** Seven times the 10 s after which Postgres gives a statement up, and somewhat more. */
const GIVING_UP_MS = 80_000
const BALLOTS = 600

const stores = useStores()

async function startBehind(proxy: TcpProxy) {
  const worker = await startWorkerProcess(stores(), {
    DATABASE_URL: proxy.urlOf(stores().database.workerUrl),
  })
  await worker.app.waitReady()
  const ask = async (path: string) => (await fetch(`${worker.managementUrl}${path}`)).status
  return {
    isLive: async () => (await ask("/livez")) === 200,
    isReady: async () => (await ask("/readyz")) === 200,
  }
}

test("a worker whose Postgres gives up part after part of a batch lives, and counts once it is quick", async () => {
  const sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  const first = await startWorkerProcess(stores())
  await first.app.waitReady()
  await first.app.stop(10_000)
  const booth = await openBooth(stores())
  await sql.unsafe(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END'`)
  await sql`CREATE TRIGGER slow BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION slow()`
  // So that the first batch is as large as a first batch may be: until it is one ballot, Postgres gives up seven parts of it.
  for (let i = 0; i < BALLOTS; i++) await booth.cast("cats-vs-dogs", voter(`w${i}`), "a")
  const worker = await startWorkerProcess(stores())
  await waitFor("it to listen", () => fetch(`${worker.managementUrl}/livez`).catch(() => false))
  const end = performance.now() + GIVING_UP_MS
  while (performance.now() < end) {
    expect((await fetch(`${worker.managementUrl}/livez`)).status).toBe(200)
    await Bun.sleep(250)
  }
  await sql`ALTER TABLE votes DISABLE TRIGGER slow`
  await waitFor("all to be counted", async () => {
    const [row] = await sql`SELECT sum(votes)::integer AS votes FROM tallies`
    return row?.votes === BALLOTS
  })
  await worker.app.stop(10_000)
  await sql`DELETE FROM tallies`
  await sql.end({ timeout: 1 })
}, 240_000)

test("a worker whose Postgres is slow or silent lives, is not ready, and counts again without a restart", async () => {
  const { database, defer } = stores()
  const sql = openDatabase(database.workerUrl, { name: "test", connections: 1 })
  defer(() => sql.end({ timeout: 1 }))
  const [slow, silent] = [
    await startTcpProxy(stores(), database.workerUrl),
    await startTcpProxy(stores(), database.workerUrl),
  ]
  const workers = [await startBehind(slow), await startBehind(silent)]
  slow.delay(SLOW_MS)
  silent.silenceAll()
  const all = (is: (worker: (typeof workers)[number]) => Promise<boolean>) => Promise.all(workers.map(is))
  await becomes(() => all(({ isReady }) => isReady()), [false, false])
  const end = performance.now() + WATCHED_MS
  while (performance.now() < end) {
    expect(await all(({ isLive }) => isLive())).toEqual([true, true])
    await Bun.sleep(250)
  }
  slow.delay(0)
  silent.restore()
  await becomes(() => all(({ isReady }) => isReady()), [true, true])
  const booth = await openBooth(stores())
  for (let i = 0; i < 40; i++) await booth.cast("cats-vs-dogs", voter(`v${i}`), "a")
  await waitFor("all to be counted", async () => {
    const [row] = await sql`SELECT sum(votes)::integer AS votes FROM tallies`
    return row?.votes === 40
  })
}, 240_000)
