import { beforeAll, expect, test } from "bun:test"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../../tests/harness/stores"
import { startTcpProxy } from "../../tests/harness/tcp-proxy"
import { ACCEPTED_CHANNEL, CHANNELS, type Database, openDatabase } from "../database"
import { Listener } from "./listener"

const log = { info: () => {}, warn: () => {}, error: () => {} }

const stores = useStores()
let sql: Database

beforeAll(() => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
})

function listenAt(url: string, over = sql) {
  const heard: string[] = []
  let unsure = 0
  const listener = new Listener({
    ...{ url, name: "test-listen", sql: over, log },
    heard: {
      changed: (channel, poll) => heard.push(`${channel} ${poll}`),
      accepted: (poll, since) => heard.push(`accepted ${poll} ${since}`),
      unsure: () => unsure++,
    },
  })
  stores().defer(() => listener.stop())
  listener.start()
  return { listener, heard, unsure: () => unsure }
}

test("what is notified is heard, also after the connection fell silent, and whoever listens is told to read anew", async () => {
  const proxy = await startTcpProxy(stores(), stores().database.workerUrl)
  const { listener, heard, unsure } = listenAt(proxy.urlOf(stores().database.workerUrl))
  await waitFor("it to listen", () => listener.state === "listening")
  await sql`SELECT pg_notify(${CHANNELS.polls}, '7'), pg_notify(${CHANNELS.tally}, '8')`
  await waitFor("both notifications", () => heard.length === 2)
  expect(heard).toEqual(["polls 7", "tally 8"])
  const before = unsure()
  proxy.silence()
  await waitFor("the silence to be noticed", () => listener.state === "away", 6_000)
  await waitFor("it to listen again", () => listener.state === "listening")
  expect(unsure()).toBeGreaterThan(before)
  await sql`SELECT pg_notify(${CHANNELS.polls}, '9')`
  await waitFor("the next notification", () => heard.at(-1) === "polls 9")
})

test("when ballots were accepted is heard, and nothing that is no moment", async () => {
  const { listener, heard } = listenAt(stores().database.workerUrl)
  await waitFor("it to listen", () => listener.state === "listening")
  for (const payload of ["7", "7 soon", "-7 1", "7 1763690000000"])
    await sql`SELECT pg_notify(${ACCEPTED_CHANNEL}, ${payload})`
  await sql`SELECT pg_notify(${CHANNELS.tally}, '8')`
  await waitFor("what was said last", () => heard.includes("tally 8"))
  expect(heard).toEqual(["accepted 7 1763690000000", "tally 8"])
})

test("a connection that answers and hears nothing is found out, and whoever listens reads each second", async () => {
  // Notifications stay within a database, as with a pooler in transaction mode within a session.
  const other = await stores().postgres.database(`other_${crypto.randomUUID().replaceAll("-", "_")}`)
  const { listener, unsure } = listenAt(other.workerUrl)
  await waitFor("it to be found out", () => listener.state === "deaf")
  const before = unsure()
  await waitFor("reading each second", () => unsure() >= before + 2, 4_000)
})

test("a pool whose connections are all at work is not taken for a silent one", async () => {
  let renewed = 0
  const busy = openDatabase(stores().database.workerUrl, {
    ...{ name: "busy", connections: 1, answerMs: 12_000, onSilent: () => renewed++ },
  })
  stores().defer(() => busy.end({ timeout: 1 }))
  const { listener } = listenAt(stores().database.workerUrl, busy)
  await waitFor("it to listen", () => listener.state === "listening")
  await busy`SELECT pg_sleep(5)`
  expect([renewed, listener.state]).toEqual([0, "listening"])
}, 15_000)
