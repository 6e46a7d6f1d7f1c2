/** Servers that answer where a Redis should: each is used, or refused with a sentence of its own. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { createServer } from "../../scripts/services/stores/server"
import { ensureTool } from "../../scripts/services/tools/tools"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { waitFor } from "../../scripts/services/wait"
import { freshStores } from "../harness/fresh-stores"
import { useStores } from "../harness/stores"

const stores = useStores()

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-kind-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

function adminOf({ redis }: OwnStores): Redis {
  const admin = new Redis(redis.adminUrl)
  stores().defer(() => admin.disconnect())
  return admin
}

const readyz = ({ managementUrl }: AppProcess) =>
  fetch(`${managementUrl}/readyz`).then(
    (answer) => answer.text(),
    () => "",
  )

const says = (app: AppProcess, words: string) =>
  waitFor(`readiness to say: ${words}`, async () => (await readyz(app)).includes(words), 20_000)

async function cast(vote: AppProcess): Promise<number> {
  const headers = { "content-type": "application/json" }
  const url = `${vote.url}/api/polls/cats-vs-dogs/votes`
  return (await fetch(url, { method: "POST", headers, body: '{"option":"a"}' })).status
}

/** Starts worker and vote, and keeps what they log. */
async function startBoth(own: OwnStores) {
  const lines: string[] = []
  const options = { onLine: (line: string) => void lines.push(line) }
  const worker = await startWorkerProcess(own, {}, options)
  await worker.app.waitReady()
  const vote = await startVoteProcess(own, {}, options)
  return { worker, vote, lines }
}

test("Valkey takes votes, and counts them", async () => {
  const { vote, worker, lines } = await startBoth(
    await freshStores(stores(), { program: await ensureWheelTool("valkey-server") }),
  )
  expect(await cast(vote)).toBe(201)
  expect(lines.filter((line) => line.includes("Redis"))).toEqual([])
  for (const { app } of [vote, worker]) app.kill("SIGKILL")
}, 90_000)

test("Redis 6.2 is named as too old", async () => {
  // It knows no selectors.
  const aclfile = join(folder(), "users.acl")
  writeFileSync(aclfile, ["admin", "worker"].map((user) => `user ${user} on nopass ~* +@all\n`).join(""))
  const program = await ensureWheelTool("redis-server-6.2")
  const flags = { aclfile, "maxmemory-clients": null }
  const own = await freshStores(stores(), { program, flags })
  const worker = await startWorkerProcess(own)
  await says(
    worker,
    "there is no connection to Redis: Redis 6.2.14 is too old: Redis 7.0 or later, or Valkey",
  )
  worker.app.kill("SIGKILL")
}, 90_000)

test("a sentinel is named as one", async () => {
  const [dir, port] = [folder(), await freePort()]
  writeFileSync(join(dir, "sentinel.conf"), `port ${port}\nbind 127.0.0.1\ndir ${dir}\n`)
  const sentinel = createServer({
    name: "Redis Sentinel",
    command: [await ensureTool("redis-server"), join(dir, "sentinel.conf"), "--sentinel"],
    options: { cwd: dir },
    startDeadlineMs: 20_000,
    stopGraceMs: 2_000,
    prepare: async () => {},
    answers: () => listens(port),
  })
  await sentinel.start()
  stores().defer(() => sentinel.stop())
  const worker = await startWorkerProcess(stores(), { REDIS_URL: `redis://127.0.0.1:${port}` })
  await says(worker, "there is no connection to Redis: this is a Redis Sentinel")
  worker.app.kill("SIGKILL")
}, 60_000)

test("a read-only replica and a full Redis make vote unready in their own words, before anybody votes", async () => {
  const [primary, own] = [await freshStores(stores()), await freshStores(stores())]
  const [admin] = [adminOf(own)]
  const { vote, worker, lines } = await startBoth(own)
  await admin.config("SET", "maxmemory", "1")
  await says(vote, "Redis refuses: OOM (its memory is full)")
  await admin.config("SET", "maxmemory", "0")
  await says(vote, '"ready"')

  const { username, password } = new URL(primary.redis.adminUrl)
  await admin.config("SET", "masteruser", username)
  await admin.config("SET", "masterauth", password)
  // A copy of another Redis has another gate, and none of this one's users' polls.
  await admin.call("REPLICAOF", "127.0.0.1", String(primary.redis.port))
  await says(vote, "Redis refuses: READONLY (it is a read-only replica)")
  await cast(vote)
  expect(lines.filter((line) => line.includes("restoring"))).toEqual([])
  await admin.call("REPLICAOF", "NO", "ONE")
  for (const { app } of [vote, worker]) app.kill("SIGKILL")
}, 90_000)

test("a user without a right that voting needs makes vote unready, with the name of the command", async () => {
  const own = await freshStores(stores())
  const { vote, worker } = await startBoth(own)
  await adminOf(own).call("ACL", "SETUSER", "vote", "-xadd")
  await says(vote, "its user may not give the command xadd")
  for (const { app } of [vote, worker]) app.kill("SIGKILL")
}, 60_000)

test("a Redis that evicts keys is refused, also where CONFIG is forbidden", async () => {
  const flags = { "rename-command": "CONFIG ", "maxmemory-policy": "allkeys-lru" }
  const own = await freshStores(stores(), { flags })
  const worker = await startWorkerProcess(own)
  await says(worker, "there is no connection to Redis: Redis has maxmemory-policy allkeys-lru")
  worker.app.kill("SIGKILL")
}, 60_000)

test("where CONFIG is forbidden, INFO is asked, and what it does not tell is said", async () => {
  const own = await freshStores(stores(), {
    flags: { "rename-command": "CONFIG ", appendonly: "no" },
  })
  const { vote, worker, lines } = await startBoth(own)
  const said = (words: string) => waitFor(words, () => lines.some((line) => line.includes(words)))
  await said("Redis has appendonly no")
  for (const { app } of [vote, worker]) app.kill("SIGKILL")

  const hushed = await freshStores(stores())
  await adminOf(hushed).call("ACL", "SETUSER", "worker", "-config|get")
  const other = await startBoth(hushed)
  await waitFor("what can't be checked", () =>
    other.lines.some((line) => line.includes("can't be checked; see that it has appendfsync always")),
  )
  for (const { app } of [other.vote, other.worker]) app.kill("SIGKILL")
}, 120_000)

test("where INFO may not be asked for, nothing of a library is printed", async () => {
  const own = await freshStores(stores())
  await adminOf(own).call("ACL", "SETUSER", "vote", "-info")
  const lines: string[] = []
  const worker = await startWorkerProcess(own)
  await worker.app.waitReady()
  const vote = await startVoteProcess(own, {}, { onLine: (line) => lines.push(line) }).catch(() => null)
  expect(lines.filter((line) => line.includes("ready check"))).toEqual([])
  for (const it of [vote, worker]) it?.app.kill("SIGKILL")
}, 90_000)

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, "127.0.0.1")
  socket.on("connect", () => resolve(true)).on("error", () => resolve(false))
  return promise.finally(() => socket.destroy())
}
