/** Redis, NATS and RabbitMQ over TLS, by an authority of their own, with certificates for the clients too. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, person } from "../../scripts/services/apps/voters"
import { freePort } from "../../scripts/services/processes/ports"
import { assertRedisAnswers } from "../../scripts/services/stores/external-stores"
import { startNats } from "../../scripts/services/stores/nats"
import { startRabbitmq } from "../../scripts/services/stores/rabbitmq"
import { startRedis } from "../../scripts/services/stores/redis"
import { startRedisCluster } from "../../scripts/services/stores/redis-cluster"
import { waitFor } from "../../scripts/services/wait"
import { type Authority, makeAuthority } from "../harness/certificates"
import { freshStores } from "../harness/fresh-stores"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"

const stores = useStores()

type Files = { ca: string; cert: string; key: string }
/** Starts a server that wants TLS. @returns the settings that lead vote and worker to it */
type Start = (dir: string, files: Files) => Promise<Record<"vote" | "worker", Record<string, string>>>

const both = (env: Record<string, string>) => ({ vote: env, worker: env })

const SERVERS: [string, "REDIS" | "INBOX", Start][] = [
  [
    "Redis",
    "REDIS",
    async (dir, { ca, cert, key }) => {
      const port = await freePort()
      const redis = await startRedis({
        dir,
        flags: {
          ...{ "tls-port": String(port), "tls-ca-cert-file": ca },
          ...{ "tls-cert-file": cert, "tls-key-file": key, "tls-auth-clients": "yes" },
        },
      })
      stores().defer(() => redis.stop())
      const encrypted = (url: string) => url.replace("redis:", "rediss:").replace(/\d+$/, String(port))
      return {
        vote: { REDIS_URL: encrypted(redis.voteUrl) },
        worker: { REDIS_URL: encrypted(redis.workerUrl) },
      }
    },
  ],
  [
    "Redis Cluster",
    "REDIS",
    async (dir, tls) => {
      const cluster = await startRedisCluster({ dir, masters: 3, replicas: 0, tls })
      stores().defer(() => cluster.stop())
      const admin = new Redis(cluster.nodes[0]?.adminUrl ?? "")
      const [, port] = (await admin.config("GET", "tls-port")) as string[]
      admin.disconnect()
      // By this node the others are found.
      const encrypted = (url = "") =>
        `${url.replace("redis:", "rediss:").replace(/\d+$/, String(port))}?cluster=true`
      return {
        vote: { REDIS_URL: encrypted(cluster.nodes[0]?.voteUrl) },
        worker: { REDIS_URL: encrypted(cluster.nodes[0]?.workerUrl) },
      }
    },
  ],
  [
    "NATS",
    "INBOX",
    async (dir, tls) => {
      const nats = await startNats({ dir, tls })
      stores().defer(() => nats.stop())
      return both({ INBOX_URL: nats.url })
    },
  ],
  [
    "RabbitMQ",
    "INBOX",
    async (dir, tls) => {
      const port = await freePort()
      const rabbitmq = await startRabbitmq({ dir, tls: { ...tls, port } })
      stores().defer(() => rabbitmq.stop())
      return both({ INBOX_URL: `amqps://guest:guest@127.0.0.1:${port}` })
    },
  ],
]

let authority: Promise<Authority> | undefined

test.each(SERVERS)(
  "%s over TLS with an own authority and certificates for clients takes votes, and without the files says why not",
  async (kind, prefix, start) => {
    authority ??= makeAuthority(stores().defer)
    const { ca, sign } = await authority
    const name = kind.toLowerCase().replace(" ", "-")
    const [server, client] = [
      await sign(`${name}-server`, "DNS:localhost,IP:127.0.0.1"),
      await sign(`${name}-client`),
    ]
    const dir = mkdtempSync(join(tmpdir(), `tallyroom-tls-${name}-`))
    stores().defer(() => rmSync(dir, { recursive: true, force: true }))
    const { vote, worker } = await start(dir, { ca, ...server })
    const own = await freshStores(stores())
    const files = { [`${prefix}_CA`]: ca, [`${prefix}_CERT`]: client.cert, [`${prefix}_KEY`]: client.key }

    const without = await startWorkerProcess(own, worker)
    await waitFor("the reason", async () => /certificate|tls/i.test(await readyz(without)), 20_000)
    const remedy = `set ${prefix}_CA to the file of the authority's certificates`
    await waitFor("what to do", async () => (await readyz(without)).includes(remedy), 20_000)
    without.app.kill("SIGKILL")

    const counting = await startWorkerProcess(own, { ...worker, ...files })
    await counting.app.waitReady()
    const voting = await startVoteProcess(own, { ...vote, ...files })
    const answer = await castUntilAnswered([voting.url], "cats-vs-dogs", person(), "a")
    expect([201, 202]).toContain(answer.status)
    const env = { DATABASE_URL: own.database.workerUrl, REDIS_URL: own.redis.workerUrl, ...worker, ...files }
    const audit = await outputOfScript("scripts/data/audit.ts", ["--wait"], env)
    expect(audit.err).toBe("")
    expect(audit.code).toBe(0)
    if (worker.REDIS_URL) await assertRedisAnswers(worker.REDIS_URL, files)
    for (const { app } of [voting, counting]) app.kill("SIGKILL")
  },
  120_000,
)

async function readyz({ managementUrl }: AppProcess): Promise<string> {
  return fetch(`${managementUrl}/readyz`).then(
    (answer) => answer.text(),
    () => "",
  )
}
