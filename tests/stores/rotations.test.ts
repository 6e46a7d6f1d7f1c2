/** Passwords in files are rotated: the new one is in the file, the old one revoked, the connections cut. Nothing is restarted. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { Redis } from "ioredis"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { startNats } from "../../scripts/services/stores/nats"
import { startRabbitmq } from "../../scripts/services/stores/rabbitmq"
import { waitFor } from "../../scripts/services/wait"
import { freshStores } from "../harness/fresh-stores"
import { useStores } from "../harness/stores"

// The roles of a Postgres serve all its databases.
const stores = useStores({ ownPostgres: true })

/** With a password that is pasted as it is. */
const [OLD, NEW] = ["old-100%sure", "new-100%sure"]

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-rotation-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const withPassword = (url: string, password: string) => url.replace(/:[^:@]+@/, `:${password}@`)

const readyz = ({ managementUrl }: AppProcess) =>
  fetch(`${managementUrl}/readyz`).then(
    (answer) => answer.text(),
    () => "",
  )

const READY = '{"status":"ready"}'

async function votes(vote: AppProcess): Promise<number> {
  const headers = { "content-type": "application/json" }
  const url = `${vote.url}/api/polls/cats-vs-dogs/votes`
  return (await fetch(url, { method: "POST", headers, body: '{"option":"a"}' })).status
}

test("NATS: a password that is changed in the file lets worker and vote in again", async () => {
  const [dir, secrets] = [folder(), folder()]
  const first = await startNats({ dir, password: "old-one" })
  const file = join(secrets, "inbox")
  writeFileSync(file, first.url)
  const own = await freshStores(stores())
  const env = { INBOX_URL_FILE: file }
  const worker = await startWorkerProcess(own, env)
  await worker.app.waitReady()
  const vote = await startVoteProcess(own, env)
  expect(await votes(vote)).toBe(201)
  await first.stop()
  const second = await startNats({ dir, password: "new-one", port: first.port })
  stores().defer(() => second.stop())
  await waitFor("the reason", async () => /authori[sz]ation/i.test(await readyz(vote)), 20_000)
  writeFileSync(file, second.url)
  for (const app of [worker, vote])
    await waitFor("readiness", async () => (await readyz(app)) === READY, 30_000)
  expect(await votes(vote)).toBe(201)
}, 90_000)

test("RabbitMQ: a password that is changed in the file lets worker and vote in again", async () => {
  const [dir, secrets] = [folder(), folder()]
  const broker = await startRabbitmq({ dir })
  stores().defer(() => broker.stop())
  const file = join(secrets, "inbox")
  writeFileSync(file, broker.url)
  const own = await freshStores(stores())
  const env = { INBOX_URL_FILE: file }
  const worker = await startWorkerProcess(own, env)
  await worker.app.waitReady()
  const vote = await startVoteProcess(own, env)
  expect(await votes(vote)).toBe(202)
  await broker.control("change_password", "guest", "new-one")
  await broker.control("close_all_connections", "a rotation")
  await waitFor("the reason", async () => /ACCESS_REFUSED|refused/i.test(await readyz(vote)), 30_000)
  writeFileSync(file, withPassword(broker.url, "new-one"))
  for (const app of [worker, vote])
    await waitFor("readiness", async () => (await readyz(app)) === READY, 60_000)
  expect(await votes(vote)).toBe(202)
}, 180_000)

test("Redis: readiness and log say WRONGPASS until the file is changed too, and then votes go on", async () => {
  const dir = folder()
  const own = await freshStores(stores())
  const { redis } = own
  const admin = new Redis(redis.adminUrl)
  stores().defer(() => admin.disconnect())
  const change = async (from: string | null, to: string) => {
    for (const user of ["vote", "worker"]) {
      await admin.call("ACL", "SETUSER", user, ...(from === null ? ["resetpass"] : [`<${from}`]), `>${to}`)
    }
    for (const user of ["vote", "worker"]) await admin.call("CLIENT", "KILL", "USER", user)
  }
  const write = (password: string) => {
    writeFileSync(join(dir, "vote"), `${withPassword(redis.voteUrl, password)}\n`)
    writeFileSync(join(dir, "worker"), `${withPassword(redis.workerUrl, password)}\n`)
  }
  await change(null, OLD)
  write(OLD)
  const lines = { vote: [] as string[], worker: [] as string[] }
  const worker = await startWorkerProcess(
    own,
    { REDIS_URL: "", REDIS_URL_FILE: join(dir, "worker") },
    { onLine: (line) => lines.worker.push(line) },
  )
  await worker.app.waitReady()
  const vote = await startVoteProcess(
    own,
    { REDIS_URL: "", REDIS_URL_FILE: join(dir, "vote") },
    { onLine: (line) => lines.vote.push(line) },
  )
  expect(await votes(vote)).toBe(201)

  await change(OLD, NEW)
  for (const app of [vote, worker])
    await waitFor("the reason", async () => (await readyz(app)).includes("WRONGPASS"), 20_000)
  for (const said of [lines.vote, lines.worker])
    await waitFor("the line", () => said.some((line) => line.includes("WRONGPASS")))

  write(NEW)
  for (const app of [worker, vote])
    await waitFor("readiness", async () => (await readyz(app)) === READY, 20_000)
  expect(await votes(vote)).toBe(201)
}, 90_000)

test("Postgres: worker and result say why, in readiness and log, until the file is changed too", async () => {
  const dir = folder()
  const own = await freshStores(stores())
  const { workerUrl, resultUrl } = own.database
  const admin = openDatabase(own.database.adminUrl, { name: "test-admin", connections: 1 })
  stores().defer(() => admin.end({ timeout: 1 }))
  const role = (url: string) => new URL(url).username
  const change = async (password: (url: string) => string) => {
    for (const url of [workerUrl, resultUrl])
      await admin.unsafe(`ALTER ROLE ${role(url)} PASSWORD '${password(url)}'`)
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN (${role(workerUrl)}, ${role(resultUrl)})`
  }
  const write = (password: string) => {
    writeFileSync(join(dir, "worker"), withPassword(workerUrl, password))
    writeFileSync(join(dir, "result"), withPassword(resultUrl, password))
  }
  await change(() => OLD)
  write(OLD)
  const lines = { worker: [] as string[], result: [] as string[] }
  const worker = await startWorkerProcess(
    own,
    { DATABASE_URL: "", DATABASE_URL_FILE: join(dir, "worker") },
    { onLine: (line) => lines.worker.push(line) },
  )
  await worker.app.waitReady()
  const result = await startResultProcess(
    own,
    { DATABASE_URL: "", DATABASE_URL_FILE: join(dir, "result") },
    { onLine: (line) => lines.result.push(line) },
  )
  await change(() => NEW)
  for (const app of [worker, result])
    await waitFor("the reason", async () => (await readyz(app)).includes("password authentication"), 20_000)
  for (const said of [lines.worker, lines.result])
    await waitFor("the line", () => said.some((line) => line.includes("password authentication")))
  write(NEW)
  for (const app of [worker, result])
    await waitFor("readiness", async () => (await readyz(app)) === READY, 30_000)
}, 120_000)
