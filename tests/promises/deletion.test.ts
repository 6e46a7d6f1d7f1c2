import { beforeAll, describe, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readPollCopy, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { textArray } from "@tallyroom/lib/postgres-array"
import { deletePoll } from "../../apps/result/polls/poll-store"
import { auditPolls, type PollBooks } from "../../apps/worker/audit/audit"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { KIND_NAMES, KINDS } from "../harness/kinds"
import { useStores } from "../harness/stores"
import { type Booth, makePoll, openBooth, voter } from "../harness/tallyroom"

const TABLES = [
  ...["votes", "replaced_votes", "tallies", "marks", "outcomes", "ballot_files"],
  ...["timeline", "books", "closings", "burials"],
] as const
const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard)

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  booth = await openBooth(stores())
  await at.ready()
})

async function openPoll(id: string, asked: Partial<Poll> = {}): Promise<Poll> {
  await makePoll(at.sql, id, asked)
  const poll = await readRow(id)
  for (const shard of ALL_SHARDS) {
    await waitFor("the copy", async () => {
      return (await booth.redis.hget(keys.poll(shard, id), "number")) === String(poll.number)
    })
  }
  return poll
}

async function readRow(id: string): Promise<Poll> {
  const [row] = await at.sql`SELECT ${pollColumns(at.sql)} FROM polls WHERE id = ${id}`
  const poll = readPollRow(row)
  if (!poll) throw new Error(`there is no poll ${id}`)
  return poll
}

const castMany = (id: string, from: number, to: number, option = "a") =>
  Promise.all(
    Array.from({ length: to - from }, (_, i) =>
      booth.cast(id, voter(`${from + i}`), option).catch(() => null),
    ),
  )

const counted = (id: string, n: number) =>
  waitFor(`${n} counted`, async () => (await booksOf(id))?.counted === n)

async function booksOf(id: string): Promise<PollBooks | undefined> {
  return (await auditPolls(at.sql, booth.redis)).find(({ poll }) => poll === id)
}

async function gone(id: string, number: number): Promise<void> {
  await waitFor(`${id} to be deleted`, async () => {
    return (await at.sql`SELECT FROM polls WHERE number = ${number}`).length === 0
  })
  for (const table of TABLES) {
    await waitFor(`${table} to be swept`, async () => {
      return (await at.sql`SELECT FROM ${at.sql(table)} WHERE poll = ${number}`).length === 0
    })
  }
}

const faults = async () => (await auditPolls(at.sql, booth.redis)).flatMap((books) => books.faults)

describe("a deleted poll", () => {
  test("is gone from both stores, and whatever comes for it later becomes a dead letter", async () => {
    const { number } = await openPoll("gone")
    await openPoll("stays")
    await castMany("gone", 0, 200)
    await castMany("stays", 0, 50)
    await deletePoll(at.sql, "gone")
    await gone("gone", number)
    for (const shard of ALL_SHARDS) {
      expect(await booth.redis.exists(keys.voters(shard, "gone"))).toBe(0)
      expect(await booth.redis.hgetall(keys.poll(shard, "gone"))).toMatchObject({ state: "deleted" })
    }
    // The copy of the tally goes later than the copies of the poll, when tallies are written the next time.
    await becomes(() => booth.redis.exists(keys.tally("gone")), 0)
    expect(await readPollCopy(booth.redis, "gone")).toBeNull()
    expect((await booth.cast("gone", voter("late"), "a")).kind).toBe("poll-unknown")
    await booth.redis.xadd(keys.inbox(0), "*", "b", `${number} ${"A".repeat(22)} a`)
    await waitFor("the entry to be a dead letter", async () => {
      const [row] = await at.sql`SELECT reason, poll FROM set_aside`
      return row?.reason === "poll-unknown" && row.poll === null
    })
    await counted("stays", 50)
    await becomes(faults, [])
  })

  test("leaves its id to a new poll, which starts from nothing", async () => {
    const old = await openPoll("phoenix")
    await castMany("phoenix", 0, 60)
    await deletePoll(at.sql, "phoenix")
    await gone("phoenix", old.number)
    const fresh = await openPoll("phoenix")
    expect(fresh.number).toBeGreaterThan(old.number)
    expect((await castMany("phoenix", 0, 40, "b")).map((answer) => answer?.kind)).toEqual(
      Array(40).fill("accepted"),
    )
    await counted("phoenix", 40)
    expect(await booksOf("phoenix")).toMatchObject({ accepted: 40, lost: 0, faults: [] })
    // A worker that has read the former poll writes it late: the new poll stays.
    for (const shard of ALL_SHARDS) await writePollCopy(booth.redis, shard, old)
    expect((await readPollCopy(booth.redis, "phoenix"))?.number).toBe(fresh.number)
    expect((await booth.cast("phoenix", voter("1"), "b")).kind).toBe("same")
    expect(await booth.redis.ttl(keys.poll(0, "phoenix"))).toBe(-1)
  })

  test("is not revived by a worker that read it before", async () => {
    const open = await openPoll("zombie")
    await castMany("zombie", 0, 10)
    await deletePoll(at.sql, "zombie")
    await gone("zombie", open.number)
    for (const shard of ALL_SHARDS) await writePollCopy(booth.redis, shard, open, { accepted: 10 })
    for (let i = 0; i < 20; i++) {
      expect((await booth.cast("zombie", voter(`z${i}`), "a")).kind).toBe("poll-unknown")
    }
  })

  test("is not revived by an older Redis that comes back", async () => {
    const { number } = await openPoll("lazarus")
    await castMany("lazarus", 0, 30)
    await counted("lazarus", 30)
    const dumps = await Promise.all(
      ALL_SHARDS.map((shard) => booth.redis.dumpBuffer(keys.poll(shard, "lazarus"))),
    )
    await deletePoll(at.sql, "lazarus")
    await gone("lazarus", number)
    for (const shard of ALL_SHARDS) {
      await booth.redis
        .multi()
        .set(keys.fence(shard), "another-process")
        .restore(keys.poll(shard, "lazarus"), 0, dumps[shard] ?? Buffer.alloc(0), "REPLACE")
        .exec()
    }
    await waitFor("the inbox to be open", async () => {
      const answers = await castMany("lazarus", 100, 140)
      expect(answers.filter((answer) => answer && answer.kind !== "poll-unknown")).toEqual([])
      return answers.every((answer) => answer !== null)
    })
  })

  test("takes with it what its ballots said and decided, whatever its method", async () => {
    const polls = new Map<string, number>()
    for (const kind of KIND_NAMES) {
      polls.set(kind, (await openPoll(kind, KINDS[kind].asked)).number)
      for (const [i, text] of KINDS[kind].texts.entries())
        expect((await booth.cast(kind, voter(`${i}`), text)).kind).toBe("accepted")
    }
    await at.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ANY(${textArray(KIND_NAMES)}::text[])`
    const outcomes = async () => (await at.sql`SELECT FROM outcomes`).length
    await becomes(outcomes, KIND_NAMES.length)
    await becomes(async () => (await at.sql`SELECT FROM ballot_files`).length, 4)
    expect((await at.sql`SELECT DISTINCT poll FROM marks`).length).toBe(KIND_NAMES.length - 1)
    for (const kind of KIND_NAMES) await deletePoll(at.sql, kind)
    for (const [kind, number] of polls) await gone(kind, number)
    expect(await outcomes()).toBe(0)
  })

  test("goes the same way when it was a draft or final, and asking twice is asking once", async () => {
    await makePoll(at.sql, "draft", { state: "draft" })
    const draft = await readRow("draft")
    await deletePoll(at.sql, "draft")
    await gone("draft", draft.number)
    const { number } = await openPoll("done")
    await castMany("done", 0, 5)
    await at.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'done'`
    await waitFor("final", async () => (await readRow("done")).state === "final")
    await Promise.all([deletePoll(at.sql, "done"), deletePoll(at.sql, "done").catch(() => {})])
    await gone("done", number)
  })
})

describe("workers that are killed while a poll is deleted", () => {
  test("leave it deleted in the end, and every other ballot counted once", async () => {
    const { number } = await openPoll("doomed")
    await openPoll("witness")
    await castMany("doomed", 0, 2_000)
    await at.stop()
    at = { ...at, sql: (await startReader()).sql }
    await castMany("doomed", 2_000, 3_000)
    await deletePoll(at.sql, "doomed")
    let accepted = 0
    for (const [stage, reached] of Object.entries(stagesOf(number))) {
      const worker = await startWorkerProcess(stores(), { INBOX_SHARDS: String(SHARDS) })
      const answers = await castMany("witness", accepted, accepted + 100)
      accepted += answers.filter((answer) => answer?.kind === "accepted").length
      await waitFor(stage, reached)
      worker.app.kill("SIGKILL")
      await worker.app.exited
      await at.sql`UPDATE shards SET lease_until = now()`
    }
    await startWorkerProcess(stores(), { INBOX_SHARDS: String(SHARDS) })
    await gone("doomed", number)
    await counted("witness", accepted)
    expect(await booksOf("witness")).toMatchObject({ accepted, lost: 0, late: 0, faults: [] })
    for (const shard of ALL_SHARDS) expect(await booth.redis.exists(keys.voters(shard, "doomed"))).toBe(0)
    expect((await booth.cast("doomed", voter("again"), "a")).kind).toBe("poll-unknown")
  })

  /** The stages of a deletion, one after the other. */
  function stagesOf(number: number): Record<string, () => Promise<boolean>> {
    const { sql } = at
    const some = async (rows: PromiseLike<readonly unknown[]>) => (await rows).length > 0
    return {
      "a shard to open": () => some(sql`SELECT FROM shards WHERE lease_until > now()`),
      "a shard to be closed": () => some(sql`SELECT FROM closings WHERE poll = ${number}`),
      "all to be counted": async () =>
        !(await some(sql`SELECT FROM polls WHERE number = ${number} AND state <> 'final'`)),
      "a tombstone": async () =>
        (await some(sql`SELECT FROM burials WHERE poll = ${number}`)) ||
        (await stagesOf(number).deletion?.()) === true,
      deletion: () => some(sql`SELECT FROM deleted_polls WHERE number = ${number}`),
    }
  }

  async function startReader() {
    const { openDatabase } = await import("@tallyroom/lib/database")
    const sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 4 })
    stores().defer(() => sql.end({ timeout: 1 }))
    return { sql }
  }
})
