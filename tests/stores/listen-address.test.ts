/** A DATABASE_LISTEN_URL that leads nowhere useful: everything works, a second later, and the log says which address it is. */

import { beforeAll, expect, test } from "bun:test"
import {
  type AppProcess,
  startResultProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"

const stores = useStores()

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  await worker.app.stop(5_000)
})

const waiting = async ({ managementUrl }: AppProcess) => (await fetch(`${managementUrl}/readyz`)).json()

test.each([
  ["worker", startWorkerProcess],
  ["result", startResultProcess],
] as const)("with a password that is wrong, %s is ready and says so", async (name, start) => {
  const said: string[] = []
  const url = new URL(stores().database[`${name}Url`])
  url.password = "stale"
  const env = { DATABASE_LISTEN_URL: url.toString() }
  const app = await start(stores(), env, { onLine: (line) => void said.push(line) })
  await becomes(() => waiting(app).catch(() => null), { status: "ready" })
  const about = () =>
    said.filter((line) => line.includes("DATABASE_LISTEN_URL: password authentication failed"))
  await waitFor("the log to tell", () => about().length > 0)
  expect(said.filter((line) => line.includes("Postgres is away"))).toEqual([])
  await app.app.stop(5_000)
})

test("one that leads to another database is named with that database and its schema", async () => {
  const other = await stores().postgres.database(`other_${crypto.randomUUID().replaceAll("-", "_")}`)
  const said: string[] = []
  const env = { DATABASE_LISTEN_URL: other.resultUrl }
  const result = await startResultProcess(stores(), env, { onLine: (line) => void said.push(line) })
  const database = new URL(other.resultUrl).pathname.slice(1)
  const about = () => said.filter((line) => line.includes("DATABASE_LISTEN_URL: ") && line.includes(database))
  await waitFor("the log to tell", () => about().length > 0)
  expect(about()[0]).toContain("in the schema")
  expect(await waiting(result)).toEqual({ status: "ready" })
  await result.app.stop(5_000)
})
