import { describe, expect, test } from "bun:test"
import { formatPosition } from "@tallyroom/lib/ballots/ballot"
import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import { openDatabase } from "@tallyroom/lib/database"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { auditPolls, type PollBooks } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { type Accepted, castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { CHECKOUT } from "../../scripts/services/checkout"
import { waitFor } from "../../scripts/services/wait"
import { choiceIn, KIND_NAMES, KINDS, type KindName, tallyBy, tallyIn } from "../harness/kinds"
import { untilConnectionRefused } from "../harness/refused-connection"
import { useStores } from "../harness/stores"
import { openPoll } from "../harness/tallyroom"

const CASTS = 10_000
const CONCURRENCY = 64
const stores = useStores({ ownPostgres: true })
const workers: AppProcess[] = []

describe("promise 1: accepted means counted", () => {
  test("every accepted vote of 10,000 in polls of all kinds counts once, whichever of vote, worker, Redis and Postgres is killed meanwhile", async () => {
    const { redis, postgres, database } = stores()
    workers.push(await startWorkerProcess(stores()), await startWorkerProcess(stores()))
    const votes = [await startVoteProcess(stores()), await startVoteProcess(stores())]
    const sql = openDatabase(database.workerUrl, { name: "test", connections: 2 })
    const connection = openRedis(redis.adminUrl)
    stores().defer(() => sql.end({ timeout: 1 }))
    stores().defer(() => connection.disconnect())
    for (const kind of KIND_NAMES) await openPoll(sql, connection, kind, KINDS[kind].asked)
    const accepted: (Accepted & { poll: KindName })[] = []
    const statuses = new Map<number, number>()
    let over = false
    let killed = 0

    const killWorkers = async () => {
      for (let next = 0; !over; next += 500 + Math.random() * 1_000) {
        await waitFor("the next moment to kill a worker", () => over || accepted.length > next, 120_000)
        const victim = Math.floor(Math.random() * workers.length)
        workers[victim]?.app.kill("SIGKILL")
        killed++
        workers[victim] = await startWorkerProcess(stores())
      }
    }
    const done = (part: number) => () => accepted.length >= CASTS * part
    const killTheOthers = async () => {
      await waitFor("a quarter of the votes", done(0.25), 120_000)
      await redis.kill9()
      await redis.start()
      await waitFor("half of the votes", done(0.5), 120_000)
      await postgres.kill9()
      await postgres.start()
      await waitFor("most of the votes", done(0.7), 120_000)
      votes[0]?.app.kill("SIGKILL")
      votes[0] = await startVoteProcess(stores())
    }
    const killing = killWorkers()
    const killingTheOthers = killTheOthers()
    await crowd(CASTS, CONCURRENCY, async (i) => {
      const who = person()
      const poll = KIND_NAMES[i % KIND_NAMES.length] ?? "one"
      const { texts } = KINDS[poll]
      const option = texts[Math.floor(i / KIND_NAMES.length) % texts.length] ?? ""
      const urls = i % 2 ? votes.map(({ url }) => url) : votes.map(({ url }) => url).reverse()
      const { status, body } = await castUntilAnswered(urls, poll, who, choiceIn(poll, option))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // 200: an earlier try was accepted, but its answer was lost on the way.
      if (status === 201 || status === 200) {
        accepted.push({ poll, voter: who, option, receipt: String(body.receipt) })
      }
    })
    await killingTheOthers
    over = true
    await killing

    expect(accepted.length).toBe(CASTS)
    expect(killed).toBeGreaterThanOrEqual(CASTS / 1_500)
    const countedIn = (all: PollBooks[]) => all.reduce((sum, { counted }) => sum + counted, 0)
    await waitFor(
      "everything to be counted",
      async () => {
        const all = await auditPolls(sql, connection).catch(() => [])
        return countedIn(all) === CASTS && all.every(({ pending }) => pending === 0)
      },
      60_000,
    )
    const books = new Map((await auditPolls(sql, connection)).map((it) => [it.poll, it]))
    for (const kind of KIND_NAMES) {
      const standing = accepted.filter(({ poll }) => poll === kind).map(({ option }) => option)
      const cast = standing.length
      expect(books.get(kind)).toMatchObject({
        ...{ accepted: cast, counted: cast, recount: cast, tally: cast },
        ...{ replaced: 0, late: 0, setAside: 0, lost: 0, pending: 0, faults: [] },
      })
      expect(await tallyIn(sql, kind)).toEqual(tallyBy(kind, standing))
    }

    const salts = new Map((await sql`SELECT id, salt FROM polls`).map(({ id, salt }) => [id, String(salt)]))
    const receipts = accepted.map(({ poll, receipt, option }) => {
      const read = readReceipt(salts.get(poll) ?? "", receipt)
      if (!read) throw new Error("an answer carried no valid receipt")
      return `${Buffer.from(read.voter, "base64url").toString("hex")} ${formatPosition(read.position)} ${option}`
    })
    const rows = await sql`SELECT replace(voter::text, '-', '') AS voter, ms, seq, option FROM votes`
    const counted = rows.map((row) => `${row.voter} ${row.ms}-${row.seq} ${row.option}`)
    expect(counted.sort()).toEqual(receipts.sort())
  }, 240_000)

  test("an audit that waits outlasts stores that are away when it begins, or that go away meanwhile", async () => {
    const { redis, postgres } = stores()
    workers.push(await startWorkerProcess(stores()))
    const vote = await startVoteProcess(stores())
    for (const { app } of workers) app.kill("SIGKILL")
    await Promise.all(workers.map(({ app }) => app.exited))
    await castUntilAnswered([vote.url], "cats-vs-dogs", person(), "a")
    const crash = () => Promise.all([redis.kill9(), postgres.kill9()])

    await crash()
    const impatient = runAudit("apps/worker/main.ts", "audit")
    expect([await impatient.exited, await new Response(impatient.stderr).text()]).toEqual([
      2,
      expect.stringMatching(/^(Redis|Postgres) can't be reached: .+\n$/),
    ])
    const refused = untilConnectionRefused(postgres.port)
    const patient = runAudit("scripts/data/audit.ts", "--wait", "--timeout", "120")
    await refused
    await Promise.all([redis.start(), postgres.start()])

    const sql = openDatabase(postgres.adminUrl, { name: "test", connections: 1 })
    stores().defer(() => sql.end({ timeout: 1 }))
    await waitFor("the audit to be connected", async () => {
      const connections = await sql`SELECT 1 FROM pg_stat_activity WHERE application_name = 'tallyroom-audit'`
      return connections.length > 0
    })
    await crash()
    await Promise.all([redis.start(), postgres.start()])
    await startWorkerProcess(stores())
    const [code, out, err] = await Promise.all([
      patient.exited,
      new Response(patient.stdout).text(),
      new Response(patient.stderr).text(),
    ])
    expect([code, out], err).toEqual([0, expect.stringContaining("The books balance.")])
    expect(out).toMatch(/cats-vs-dogs +(\d+) +\1 /)
  }, 180_000)
})

function runAudit(...command: string[]) {
  const { redis, database } = stores()
  return Bun.spawn([process.execPath, ...command], {
    cwd: CHECKOUT,
    env: { ...process.env, REDIS_URL: redis.workerUrl, DATABASE_URL: database.workerUrl },
    stdout: "pipe",
    stderr: "pipe",
  })
}
