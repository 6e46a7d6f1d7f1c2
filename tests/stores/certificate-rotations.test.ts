/** Authority, certificate and key are renewed while apps run, and for a while the files don't belong together. Nothing is restarted. */

import { beforeAll, expect, test } from "bun:test"
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { freePort } from "../../scripts/services/processes/ports"
import { startNats } from "../../scripts/services/stores/nats"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { startPostgres } from "../../scripts/services/stores/postgres"
import { startRabbitmq } from "../../scripts/services/stores/rabbitmq"
import { startRedis } from "../../scripts/services/stores/redis"
import type { Server } from "../../scripts/services/stores/server"
import { becomes } from "../harness/becomes"
import { type Authority, makeAuthority } from "../harness/certificates"
import { freshStores } from "../harness/fresh-stores"
import { useStores } from "../harness/stores"

const stores = useStores()

type Files = { ca: string; cert: string; key: string }
type Store = { server: Pick<Server, "kill9" | "start">; own: OwnStores; env: Record<string, string> }

let authorities: [Authority, Authority]

beforeAll(async () => {
  authorities = [await makeAuthority(stores().defer), await makeAuthority(stores().defer)]
}, 60_000)

function folder(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `tallyroom-${name}-`))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  chmodSync(dir, 0o755)
  return dir
}

const settingsOf = (store: "REDIS" | "INBOX", { ca, cert, key }: Files) => ({
  ...{ [`${store}_CA`]: ca, [`${store}_CERT`]: cert, [`${store}_KEY`]: key },
})

const STORES: Record<string, (server: Files, client: Files) => Promise<Store>> = {
  async Redis(files, client) {
    const port = await freePort()
    const flags = {
      ...{ "tls-port": String(port), "tls-ca-cert-file": files.ca, "tls-auth-clients": "yes" },
      ...{ "tls-cert-file": files.cert, "tls-key-file": files.key },
    }
    const redis = await startRedis({ dir: folder("redis"), flags })
    stores().defer(() => redis.stop())
    const encrypted = (url: string) => url.replace("redis:", "rediss:").replace(/\d+$/, String(port))
    const own = await freshStores(stores())
    const urls = { voteUrl: encrypted(redis.voteUrl), workerUrl: encrypted(redis.workerUrl) }
    return {
      server: redis,
      own: { ...own, redis: { ...redis, ...urls } },
      env: settingsOf("REDIS", client),
    }
  },
  async NATS(tls, client) {
    const nats = await startNats({ dir: folder("nats"), tls })
    stores().defer(() => nats.stop())
    return {
      server: nats,
      own: await freshStores(stores()),
      env: { INBOX_URL: nats.url, ...settingsOf("INBOX", client) },
    }
  },
  async RabbitMQ(tls, client) {
    const port = await freePort()
    const rabbitmq = await startRabbitmq({ dir: folder("rabbitmq"), tls: { ...tls, port } })
    stores().defer(() => rabbitmq.stop())
    const INBOX_URL = `amqps://guest:guest@127.0.0.1:${port}`
    return {
      server: rabbitmq,
      own: await freshStores(stores()),
      env: { INBOX_URL, ...settingsOf("INBOX", client) },
    }
  },
  async Postgres(files, client) {
    const dir = folder("postgres")
    const settings = { ssl: "on", ssl_cert_file: files.cert, ssl_key_file: files.key, ssl_ca_file: files.ca }
    const access = join(dir, "hba.conf")
    const users = ["tallyroom_worker", "tallyroom_result"]
    const lines = users.map((user) => `hostssl all ${user} all scram-sha-256 clientcert=verify-ca`)
    writeFileSync(access, ["host all postgres all scram-sha-256", ...lines].join("\n"))
    const postgres = await startPostgres({
      dir: join(dir, "data"),
      settings: { ...settings, hba_file: access },
    })
    stores().defer(() => postgres.stop())
    const database = await postgres.database("tallyroom")
    const query = `?sslmode=verify-full&sslrootcert=${client.ca}&sslcert=${client.cert}&sslkey=${client.key}`
    const at = (url: string) => `${url.replace(/@[^:]*:/, "@localhost:")}${query}`
    const urls = { workerUrl: at(database.workerUrl), resultUrl: at(database.resultUrl) }
    const own = await freshStores(stores())
    return { server: postgres, own: { ...own, database: { ...database, ...urls } }, env: {} }
  },
}

const filesIn = (dir: string): Files => ({
  ca: join(dir, "ca.crt"),
  cert: join(dir, "tls.crt"),
  key: join(dir, "tls.key"),
})

/** With the owner and the mode of each. */
function put(to: Files, from: Files): void {
  for (const name of ["ca", "cert", "key"] as const) {
    const { mode, uid, gid } = statSync(from[name])
    writeFileSync(to[name], readFileSync(from[name]))
    chmodSync(to[name], mode)
    chownSync(to[name], uid, gid)
  }
}

async function filesFor(name: string): Promise<{ server: [Files, Files]; client: [Files, Files] }> {
  const of = async (authority: Authority, end: string, alternatives?: string): Promise<Files> => ({
    ca: authority.ca,
    ...(await authority.sign(`${name.toLowerCase()}-${end}`, alternatives)),
  })
  const [before, after] = authorities
  const names = "DNS:localhost,IP:127.0.0.1"
  return {
    server: [await of(before, "server", names), await of(after, "server", names)],
    client: [await of(before, "client"), await of(after, "client")],
  }
}

test.each(Object.keys(STORES))(
  "%s: new files let apps in again, also after an attempt with some that don't belong together",
  async (kind) => {
    const { server, client } = await filesFor(kind)
    const [mine, its] = [filesIn(folder("client")), filesIn(folder("server"))]
    put(mine, client[0])
    put(its, server[0])
    const store = await (STORES[kind] as NonNullable<(typeof STORES)[string]>)(its, mine)
    const said: string[] = []
    const options = {
      onLine: (line: string) => void said.push(line),
    }
    const worker = await startWorkerProcess(store.own, store.env, options)
    await worker.app.waitReady()
    const other =
      kind === "Postgres"
        ? await startResultProcess(store.own, store.env, options)
        : await startVoteProcess(store.own, store.env, options)

    await store.server.kill9()
    // In the midst of a rotation: a certificate without its key, and half of the authority's.
    writeFileSync(mine.cert, readFileSync(client[1].cert))
    writeFileSync(mine.ca, readFileSync(client[1].ca).subarray(0, 200))
    put(its, server[1])
    await store.server.start()
    for (const app of [worker, other]) await becomes(() => readyz(app), expect.stringMatching(/certificate/i))

    // As Windows writes it, and with both authorities in one file.
    const both = [authorities[1].ca, authorities[0].ca].map((path) => readFileSync(path, "utf8")).join("")
    put(mine, client[1])
    writeFileSync(mine.ca, `\ufeff${both.replaceAll("\n", "\r\n")}`)
    for (const app of [worker, other]) await becomes(() => readyz(app), '{"status":"ready"}')
    expect(said.filter((line) => /uncaught|unhandled/.test(line))).toEqual([])
    for (const { app } of [worker, other]) app.kill("SIGKILL")
  },
  180_000,
)

async function readyz({ managementUrl }: AppProcess): Promise<string> {
  return fetch(`${managementUrl}/readyz`).then(
    (answer) => answer.text(),
    () => "",
  )
}
