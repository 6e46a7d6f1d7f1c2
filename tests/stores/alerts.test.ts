/** Each alert once for real: its cause is made, and Alertmanager's webhook hears of it, from the rules that operators get. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import { BALLOT_FIELD, keys } from "@tallyroom/lib/inbox/keys"
import { $, Glob, YAML } from "bun"
import { z } from "zod"
import { postgresWithTools } from "../../scripts/backup/drill/postgres-with-tools"
import { Clock, canMoveClocks } from "../../scripts/prove/system/clocks"
import { canOpenDisk, openDisk } from "../../scripts/prove/system/disk"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castOnce, person } from "../../scripts/services/apps/voters"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import { CHECKOUT } from "../../scripts/services/checkout"
import { startAlertmanager } from "../../scripts/services/monitoring/alertmanager"
import { startBlackboxExporter, startNodeExporter } from "../../scripts/services/monitoring/exporters"
import { type Prometheus, startPrometheus } from "../../scripts/services/monitoring/prometheus"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { startPostgres } from "../../scripts/services/stores/postgres"
import { startRedis } from "../../scripts/services/stores/redis"
import { followFromNextStart, promote } from "../../scripts/services/stores/standby"
import { waitFor } from "../../scripts/services/wait"
import { type AlertWebhook, listenForAlerts, shortened } from "../harness/alerts"
import { becomes } from "../harness/becomes"
import { makeAuthority } from "../harness/certificates"
import { outputOfScript, spawnScript } from "../harness/scripts"
import { type Booth, openBooth, voter } from "../harness/tallyroom"

setDefaultTimeout(120_000)
/** Five minutes of the rules take 15 s here. */
const FACTOR = 20
/** The longest threshold is 30 s, on top of what the rules wait. */
const HEARD_MS = 90_000
const POLL = "cats-vs-dogs"
const WHOLE_RUN_SECONDS = 600
const STOP_GRACE_MS = 10_000
const AT_ONCE = 250
const DISK_MEGABYTES = 64
/** More than the 32 MB that Postgres keeps. */
const SEGMENTS_TOO_MANY = 5
const LATE_HOURS = 27

const blackboxSchema = z.object({
  modules: z.object({ https: z.looseObject({ http: z.looseObject({}) }) }),
})
/** As Alertmanager's API shows them. */
const inhibitedSchema = z.array(z.object({ labels: z.record(z.string(), z.string()) }))
const alertmanagerSchema = z.object({ inhibit_rules: z.array(z.looseObject({})).min(1) })
const prometheusSchema = z.object({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) })

const dir = mkdtempSync(join(tmpdir(), "tallyroom-alerts-"))
chmodSync(dir, 0o755)
const backups = join(dir, "backups")
const textFiles = join(dir, "text-files")
const disk = join(dir, "disk")
for (const folder of [textFiles, disk]) mkdirSync(folder)
const cleanUps: (() => unknown)[] = []
const defer = (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp)
const diskHindrance = await canOpenDisk()
const clockHindrance = await canMoveClocks()

let stores: OwnStores
let sql: Database
let booth: Booth
let worker: AppProcess
let vote: AppProcess
let result: AppProcess
let webhook: AlertWebhook
let prometheus: Prometheus
let backupPort: number
let isHeldBack: (alert: string) => Promise<boolean>
const workerSaid: string[] = []

const startWorker = (env: Record<string, string> = {}) => {
  const onLine = (line: string) => void workerSaid.push(line)
  return startWorkerProcess(stores, { INBOX_SHARDS: String(SHARDS), ...env }, { onLine })
}
/** At the port that Prometheus knows. */
async function restartWorker(env: Record<string, string> = {}): Promise<void> {
  await worker.app.stop(STOP_GRACE_MS)
  worker = await startWorker({ MANAGEMENT_PORT: new URL(worker.managementUrl).port, ...env })
}
const targetOf = ({ managementUrl }: AppProcess) => [new URL(managementUrl).host]

beforeAll(async () => {
  stores = await startStores()
  worker = await startWorker()
  await worker.app.waitReady()
  vote = await startVoteProcess(stores)
  result = await startResultProcess(stores, { MAX_VIEWERS: "1" })
  sql = openDatabase(stores.database.adminUrl, { name: "test", connections: 2 })
  defer(() => sql.end({ timeout: 1 }))
  booth = await openBooth(stores)
  webhook = listenForAlerts()
  defer(() => webhook.stop())
  const { inhibit_rules: inhibitRules } = alertmanagerSchema.parse(
    await shipped("alertmanager/alertmanager.yaml"),
  )
  const alertmanager = await startAlertmanager({
    ...{ dir: join(dir, "alertmanager"), webhook: webhook.url, inhibitRules },
  })
  defer(() => alertmanager.stop())
  isHeldBack = async (alert) => {
    const answer = await fetch(`http://${alertmanager.address}/api/v2/alerts?inhibited=true&active=false`)
    return inhibitedSchema.parse(await answer.json()).some(({ labels }) => labels.alertname === alert)
  }
  const node = await startNodeExporter(textFiles)
  defer(() => node.stop())
  backupPort = await freePort()
  prometheus = await startPrometheus({
    dir: join(dir, "prometheus"),
    targets: {
      ...{ vote: targetOf(vote), worker: targetOf(worker), result: targetOf(result) },
      ...{ backup: [`127.0.0.1:${backupPort}`], node: [node.address] },
    },
    jobs: [await publicAddress()],
    alerting: {
      rules: shortened(await Bun.file(join(CHECKOUT, "monitoring/alerts.yaml")).text(), FACTOR),
      alertmanager: alertmanager.address,
    },
  })
  defer(() => prometheus.stop())
  await castByHand("before", 100)
  await becomes(() => counted(), 100)
}, 240_000)

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  rmSync(dir, { recursive: true, force: true })
}, 120_000)

/** Of a Postgres whose programs for backups are here, too. */
async function startStores(): Promise<OwnStores> {
  const postgres = await startPostgres({ dir: join(dir, "postgres"), programs: await postgresWithTools() })
  defer(() => postgres.stop())
  const redis = await startRedis({ dir: join(dir, "redis") })
  defer(() => redis.stop())
  return { postgres, redis, database: await postgres.database("tallyroom"), defer }
}

/** A site whose certificate is valid for two days, and the job that probes it: compose's, with this site and this exporter. */
async function publicAddress(): Promise<object> {
  const authority = await makeAuthority(defer)
  const { cert, key } = await authority.sign("site", "IP:127.0.0.1")
  const site = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert: Bun.file(cert), key: Bun.file(key) },
    fetch: () => new Response("here"),
  })
  defer(() => void site.stop(true))
  const { modules } = blackboxSchema.parse(await shipped("blackbox.yaml"))
  const file = join(dir, "blackbox.json")
  const http = { ...modules.https.http, tls_config: { ca_file: authority.ca } }
  writeFileSync(file, JSON.stringify({ modules: { https: { ...modules.https, http } } }))
  const blackbox = await startBlackboxExporter(file)
  defer(() => blackbox.stop())
  const jobs = prometheusSchema.parse(await shipped("prometheus.yaml")).scrape_configs
  const addresses = jobs.find(({ job_name }) => job_name === "addresses")
  if (!addresses) throw new Error("monitoring/prometheus.yaml has no job addresses")
  const { file_sd_configs, ...job } = addresses
  expect(file_sd_configs).toEqual([{ files: ["addresses.yaml"] }])
  const own = JSON.stringify(job).replace("blackbox-exporter:9115", blackbox.address)
  return { ...JSON.parse(own), static_configs: [{ targets: [`https://127.0.0.1:${site.port}`] }] }
}

const shipped = async (file: string) => YAML.parse(await Bun.file(join(CHECKOUT, "monitoring", file)).text())

/** Straight into the inbox, some voters at once, each again while there is no answer. */
async function castByHand(what: string, n: number): Promise<void> {
  for (let first = 0; first < n; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, n - first)
    const some = Array.from({ length }, (_, i) => voter(`${what} ${first + i}`))
    await Promise.all(some.map(castUntilAnswered))
  }
}

async function castUntilAnswered(who: string): Promise<void> {
  const { kind } = await waitFor("the inbox to answer", () =>
    booth.cast(POLL, who, "a").catch((error) => {
      expect(error).toBeInstanceOf(InboxAway)
      return false as const
    }),
  )
  // The second, where a first try was taken and not answered.
  expect(["accepted", "same"]).toContain(kind)
}

async function counted(): Promise<number> {
  const [row] = await sql`SELECT sum(counted) AS counted FROM books`
  return Number(row?.counted)
}

const isFiring = (alert: string, labels: Record<string, string> = {}) =>
  webhook
    .firing()
    .some(
      (it) => it.alertname === alert && Object.entries(labels).every(([name, value]) => it[name] === value),
    )
const fires = (alert: string, labels: Record<string, string> = {}) =>
  waitFor(`the webhook to hear of ${alert}`, () => isFiring(alert, labels), HEARD_MS)
const isResolved = (alert: string) =>
  waitFor(`the webhook to hear that ${alert} is resolved`, () => !isFiring(alert), HEARD_MS)

test("minutes of the rules become seconds, and nothing else changes", () => {
  const rules = `groups: [{ name: a, rules: [
    { alert: A, expr: "rate(x[2m]) > 3600", for: 5m, annotations: { summary: "15m" } },
    { alert: B, expr: x > 1 }] }]`
  expect(JSON.parse(shortened(rules, 20))).toEqual({
    groups: [
      {
        name: "a",
        rules: [
          { alert: "A", expr: "rate(x[6s]) > 3600", for: "15s", annotations: { summary: "15m" } },
          { alert: "B", expr: "x > 1" },
        ],
      },
    ],
  })
})

test("Alertmanager's own program finds no fault with what it is given", async () => {
  const file = "monitoring/alertmanager/alertmanager.yaml"
  // It comes with Alertmanager.
  const amtool = Bun.which("amtool") ?? ""
  const { exitCode, stdout, stderr } = await $`${amtool} check-config ${file}`.cwd(CHECKOUT).nothrow().quiet()
  expect({ exitCode, said: exitCode === 0 ? "" : `${stdout}${stderr}` }).toEqual({ exitCode: 0, said: "" })
})

test("TallyroomCertificateExpires: a certificate is valid for two days", async () => {
  await fires("TallyroomCertificateExpires")
})

test("nothing else fires in a Tallyroom that is well", () => {
  const ofTallyroom = webhook.firing().filter(({ alertname }) => alertname !== "TallyroomDiskFull")
  expect(ofTallyroom.map(({ alertname }) => alertname)).toEqual(["TallyroomCertificateExpires"])
})

test("TallyroomViewersRefused: more viewers come than MAX_VIEWERS", async () => {
  const url = `${result.url.replace("http", "ws")}/live?poll=${POLL}`
  const viewers = [new WebSocket(url), new WebSocket(url)]
  await fires("TallyroomViewersRefused", { limit: "viewers-full" })
  for (const viewer of viewers) viewer.close()
})

test("TallyroomEntriesSetAside: somebody writes what is no ballot into the inbox", async () => {
  await booth.redis.xadd(keys.inbox(0), "*", BALLOT_FIELD, "no ballot")
  await fires("TallyroomEntriesSetAside")
})

test("TallyroomNothingCounted: no worker runs while votes come in", async () => {
  await worker.app.stop(STOP_GRACE_MS)
  await castByHand("without a worker", 20)
  await fires("TallyroomNothingCounted")
  worker = await startWorker({ MANAGEMENT_PORT: new URL(worker.managementUrl).port })
  await isResolved("TallyroomNothingCounted")
})

test("TallyroomBacklogGrowing, TallyroomOldestBallotTooOld: Postgres takes its time for each vote", async () => {
  await setPause("0.02")
  await castByHand("at once", 12_000)
  const more = castOnAndOn()
  await fires("TallyroomBacklogGrowing")
  await fires("TallyroomOldestBallotTooOld")
  // Some are counted.
  expect(isFiring("TallyroomNothingCounted")).toBe(false)
  await more.end()
})

test("TallyroomBallotsLost: Redis is emptied while ballots wait in it", async () => {
  expect(await booth.redis.xlen(keys.inbox(0))).toBeGreaterThan(0)
  await booth.redis.flushall()
  await setPause("0")
  await fires("TallyroomBallotsLost")
  expect(workerSaid.join("\n")).toContain("accepted ballots are lost")
  for (const alert of ["TallyroomBacklogGrowing", "TallyroomOldestBallotTooOld"]) await isResolved(alert)
})

test("TallyroomBooksOutOfBalance: somebody writes into the table of tallies", async () => {
  const give = (votes: number) =>
    sql`UPDATE tallies SET votes = votes + ${votes} WHERE shard = 0 AND option = 'a'`
  await give(1)
  await fires("TallyroomBooksOutOfBalance")
  await give(-1)
  await isResolved("TallyroomBooksOutOfBalance")
})

test("TallyroomVotesRefused: the memory of Redis is full", async () => {
  await booth.redis.config("SET", "maxmemory", "1mb")
  await waitFor("the webhook to hear of TallyroomVotesRefused", async () => {
    expect((await castOnce(vote.url, POLL, person(), "a"))?.status).toBe(503)
    return isFiring("TallyroomVotesRefused")
  })
  await booth.redis.config("SET", "maxmemory", "0")
  await waitFor("the webhook to hear that it is over", async () => {
    await castOnce(vote.url, POLL, person(), "a")
    return !isFiring("TallyroomVotesRefused")
  })
})

test("TallyroomStoreAway: there is no Postgres, and nothing that follows is heard of", async () => {
  await stores.postgres.stop()
  await castByHand("without Postgres", 20)
  await fires("TallyroomStoreAway", { store: "postgres", stops: "counting" })
  // Prometheus has told Alertmanager, which says so.
  await waitFor("Alertmanager to hold it back", () => isHeldBack("TallyroomNothingCounted"), HEARD_MS)
  const heard = new Set(webhook.firing().map(({ alertname }) => alertname))
  expect(heard).toContain("TallyroomStoreAway")
  for (const alert of ["TallyroomNothingCounted", "TallyroomBacklogGrowing", "TallyroomOldestBallotTooOld"])
    expect(heard).not.toContain(alert)
  // What has a cause of its own is told.
  expect(heard).toContain("TallyroomBallotsLost")
  await stores.postgres.start()
  await isResolved("TallyroomStoreAway")
})

test("TallyroomStoreAway: there is no Redis", async () => {
  await stores.redis.stop()
  await fires("TallyroomStoreAway", { store: "redis", stops: "voting" })
  await stores.redis.start()
  await isResolved("TallyroomStoreAway")
})

test("TallyroomRetentionShort: Redis's memory is too short for what was counted", async () => {
  await restartWorker({ INBOX_RETENTION: "1h,100MB" })
  await worker.app.waitReady()
  let round = 0
  const isHeard = async () => {
    const used = /^used_memory:(\d+)/m.exec(await booth.redis.info("memory"))?.[1]
    // From 80 % of it on nothing is retained, and there is room for votes.
    await booth.redis.config("SET", "maxmemory", Math.round(Number(used) / 0.9))
    await castByHand(`not retained ${round++}`, 10)
    return isFiring("TallyroomRetentionShort")
  }
  await waitFor("the webhook to hear of TallyroomRetentionShort", isHeard, HEARD_MS)
  await booth.redis.config("SET", "maxmemory", "0")
  await restartWorker()
  await isResolved("TallyroomRetentionShort")
})

test.skipIf(diskHindrance !== null)("TallyroomDiskFull: nothing is free on a disk", async () => {
  const full = await openDisk({ dir: disk, megabytes: DISK_MEGABYTES })
  defer(() => full.close())
  await full.fill()
  await fires("TallyroomDiskFull", { mountpoint: full.path })
  await full.free()
  await waitFor("it to be over", () => !isFiring("TallyroomDiskFull", { mountpoint: full.path }))
})

test.skipIf(clockHindrance !== null)("TallyroomBackupTooOld: the last one was yesterday", async () => {
  const clock = new Clock(join(dir, "clock"))
  clock.move(-LATE_HOURS * 3_600)
  await backUp(clock.env())
  await fires("TallyroomBackupTooOld")
  await backUp()
  await isResolved("TallyroomBackupTooOld")
  clock.end()
})

test("TallyroomWalCut: Postgres has no room for WAL that nobody receives", async () => {
  await sql.unsafe("ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'")
  await sql`SELECT pg_reload_conf()`
  const first = followBackups()
  const receiving = "tallyroom_backup_wal_receiving == 1"
  await becomes(async () => (await prometheus.range(receiving, 1)).length, 1)
  await first.end()
  for (let i = 0; i < SEGMENTS_TOO_MANY; i++) {
    await sql`SELECT pg_logical_emit_message(true, 'test', 'something')`
    await sql`SELECT pg_switch_wal()`
  }
  await sql`CHECKPOINT`
  await becomes(async () => (await sql`SELECT wal_status FROM pg_replication_slots`)[0]?.wal_status, "lost")
  const second = followBackups()
  await fires("TallyroomWalCut")
  await second.end()
})

test("the queries of the runbooks show something", async () => {
  const follower = followBackups()
  defer(() => follower.end())
  const queries = await codeOfRunbooks((code) => /^[a-z_]+[({]|^(?:tallyroom|process)_\w+/.test(code))
  expect(queries.length).toBeGreaterThan(10)
  const statements = await codeOfRunbooks((code) => code.startsWith("SELECT ") && !code.includes("NAME"))
  expect(statements.length).toBeGreaterThan(2)
  await becomes(() => silent(queries, (query) => prometheus.range(query, WHOLE_RUN_SECONDS)), [])
  await becomes(() => silent(statements, (statement) => sql.unsafe(statement)), [])
})

test("TallyroomPostgresFailover: a standby is promoted in the primary's place", async () => {
  await stores.postgres.stop()
  const nobody = new URL(stores.postgres.adminUrl)
  nobody.port = String(await freePort())
  followFromNextStart(join(dir, "postgres"), nobody.href)
  await stores.postgres.start()
  await promote(stores.postgres)
  await fires("TallyroomPostgresFailover")
})

test("what was accepted is counted, or booked as lost", async () => {
  const { code, out } = await outputOfScript("scripts/data/audit.ts", [], {
    DATABASE_URL: stores.database.workerUrl,
    REDIS_URL: stores.redis.workerUrl,
  })
  expect({ code, out: code === 0 ? "" : out }).toEqual({ code: 0, out: "" })
})

/** Has Postgres wait before it writes a vote. @param seconds for each */
async function setPause(seconds: string): Promise<void> {
  await sql.unsafe(`
    CREATE OR REPLACE FUNCTION wait_before_a_vote() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END $$`)
  await sql.unsafe(`
    CREATE OR REPLACE TRIGGER wait_before_a_vote BEFORE INSERT ON votes
    FOR EACH ROW EXECUTE FUNCTION wait_before_a_vote()`)
}

/** Goes on casting faster than a slow Postgres counts. */
function castOnAndOn() {
  let isOver = false
  const cast = async () => {
    for (let i = 0; !isOver; i++) {
      await castByHand(`more ${i}`, 100)
      await Bun.sleep(100)
    }
  }
  const done = cast()
  return {
    end: () => {
      isOver = true
      return done
    },
  }
}

const backupSettings = () => ({
  DATABASE_URL: stores.database.backupUrl,
  BACKUP_TO: `file://${backups}`,
  BACKUP_METRICS_FILE: join(textFiles, "tallyroom_backup.prom"),
})

/** Stores WAL until it is ended, and takes no backup. */
function followBackups() {
  const follower = spawnScript("scripts/backup/backup.ts", ["--follow"], {
    ...backupSettings(),
    BACKUP_EVERY_HOURS: "0",
    BACKUP_SPOOL: join(dir, "spool"),
    MANAGEMENT_HOST: "127.0.0.1",
    MANAGEMENT_PORT: String(backupPort),
  })
  return {
    end: async () => {
      follower.kill()
      await follower.exited
    },
  }
}

async function backUp(env: Record<string, string> = {}): Promise<void> {
  const words = ["--only", "dump"]
  const { code, err } = await outputOfScript("scripts/backup/backup.ts", words, {
    ...backupSettings(),
    ...env,
  })
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" })
}

/** What stands as code in a runbook, within a line or for itself. */
async function codeOfRunbooks(isWanted: (code: string) => boolean): Promise<string[]> {
  const pages = [...new Glob("docs/runbooks/*.md").scanSync(CHECKOUT)]
  const texts = await Promise.all(pages.map((page) => Bun.file(join(CHECKOUT, page)).text()))
  const code = texts.flatMap((text) => [...text.matchAll(/^```\w+\n([^`]+)^```|`([^`\n]+)`/gm)])
  const all = code.map(([, block = "", inline = ""]) => (block || inline).trim())
  return [...new Set(all.filter(isWanted))]
}

/** Those to which there is no answer. */
async function silent(questions: string[], ask: (question: string) => PromiseLike<unknown[]>) {
  const answers = await Promise.all(questions.map(ask))
  return questions.filter((_, i) => answers[i]?.length === 0)
}
