import { beforeAll, describe, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { auditPolls } from "../../apps/worker/audit/audit"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { type Booth, booksOf, openBooth, openPoll, voter } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  await at.ready()
  booth = await openBooth(stores())
})

const run = async (...args: string[]) => {
  const env = {
    ...process.env,
    REDIS_URL: stores().redis.workerUrl,
    DATABASE_URL: stores().database.workerUrl,
  }
  const child = Bun.spawn(["bun", "scripts/data/audit.ts", ...args], { env, stdout: "pipe", stderr: "pipe" })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

describe("promise 3: the books balance", () => {
  test("the books balance at any moment of a flood", async () => {
    let over = false
    const flood = (async () => {
      for (let i = 0; i < 6_000; i += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, j) => booth.cast(POLL, voter(`b${i + j}`), "a")))
      }
      over = true
    })()
    let audits = 0
    while (!over) {
      for (const books of await auditPolls(at.sql, booth.redis)) expect(books.faults).toEqual([])
      audits++
    }
    await flood
    expect(audits).toBeGreaterThan(1)
  })

  test("`bun run audit --wait` says that they balance once nothing is pending", async () => {
    const { code, out } = await run("--wait")
    expect(out).toContain("The books balance.")
    expect(out).toMatch(/cats-vs-dogs +6000 +6000 +0 +0 +0 +0 +0 +6000 +6000/)
    expect(code).toBe(0)
  })

  test("the audit notices a vote that was taken out of Postgres", async () => {
    const [gone] = await at.sql`DELETE FROM votes WHERE ctid = (SELECT ctid FROM votes LIMIT 1) RETURNING *`
    const { code, out } = await run()
    expect(out).toContain("a recount gives 5999, the tally says 6000")
    expect(code).toBe(1)
    await at.sql`INSERT INTO votes ${at.sql(gone as Record<string, never>)}`
    expect((await run()).code).toBe(0)
  })

  test("the audit names the options that differ where the sums agree", async () => {
    const [from, to] = await at.sql`
      SELECT option, shard, votes FROM tallies WHERE votes > 0 ORDER BY option, shard LIMIT 2`
    const move = (votes: number) => at.sql`
      UPDATE tallies SET votes = votes + CASE WHEN shard = ${from?.shard} THEN ${-votes}::int ELSE ${votes}::int END
      WHERE (option, shard) IN ((${from?.option}, ${from?.shard}), (${to?.option}, ${to?.shard}))`
    await move(1)
    const { code, out } = await run()
    const said = (row: typeof from, by: number) =>
      `${row?.votes} votes for option a in shard ${row?.shard}, where the tally says ${Number(row?.votes) + by}`
    expect(out).toContain(`a recount gives ${said(from, -1)}; ${said(to, 1)}`)
    expect(out).not.toContain("the tally says 6000")
    expect(code).toBe(1)
    await move(-1)
    expect((await run()).code).toBe(0)
  })

  test("the audit names a mark that no vote explains, and one that is not counted", async () => {
    const ballot = { method: "choose", min: 1, max: 2, abstain: true } as const
    await openPoll(at.sql, booth.redis, "several", { ballot })
    const books = () => booksOf(at.sql, booth.redis, "several")
    for (const [who, text] of Object.entries({ ann: "AB", bob: "BC", eve: "-" }))
      await booth.cast("several", voter(who), text)
    await becomes(books, expect.objectContaining({ counted: 3, faults: [] }))
    const [marked] = await at.sql`SELECT poll, shard FROM marks WHERE mark = 'A' AND votes > 0`
    const add = (mark: string, votes: number) => at.sql`
      INSERT INTO marks VALUES (${marked?.poll}, ${marked?.shard}, ${mark}, ${votes})
      ON CONFLICT (poll, whole, shard, mark) DO UPDATE SET votes = marks.votes + excluded.votes`
    await add("A", -1)
    await add("Z", 2)
    expect((await books())?.faults).toEqual([
      `a recount gives 1 ballots with the mark A in shard ${marked?.shard}, where the tally says 0; ` +
        `0 ballots with the mark Z in shard ${marked?.shard}, where the tally says 2`,
    ])
    await at.sql`DELETE FROM marks WHERE mark = 'Z'`
    await add("A", 1)
    expect((await books())?.faults).toEqual([])
  })

  test("the audit notices a ballot that was taken out of the inbox before it was counted", async () => {
    await at.stop()
    await booth.cast(POLL, voter("stolen"), "a")
    for (let shard = 0; shard < SHARDS; shard++) await booth.redis.xtrim(keys.inbox(shard), "MAXLEN", 0)
    const { code, out } = await run()
    expect(out).toContain("6001 were accepted, but 6000 are explained")
    expect(code).toBe(1)
  })

  test("the audit says in one sentence which store it can't reach", async () => {
    const { database } = stores()
    const away = { ...process.env, DATABASE_URL: database.workerUrl, REDIS_URL: "redis://127.0.0.1:1" }
    const child = Bun.spawn(["bun", "scripts/data/audit.ts"], { env: away, stderr: "pipe", stdout: "ignore" })
    const err = await new Response(child.stderr).text()
    expect(await child.exited).toBe(2)
    expect(err.trim().split("\n")).toHaveLength(1)
    expect(err).toContain("Redis can't be reached")
  }, 60_000)
})
