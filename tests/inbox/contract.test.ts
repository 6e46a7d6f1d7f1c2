/** What every inbox must do, by the same tests against real servers. Where a broker can do less, `promises` says so. */

import { beforeAll, describe, expect, test } from "bun:test"
import { audit } from "@tallyroom/lib/audit"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { InboxAway } from "@tallyroom/lib/inbox/inbox"
import { waitFor } from "../../scripts/services/wait"
import { crowd } from "../harness/crowd"
import {
  INBOXES,
  type InboxServer,
  type LogBooth,
  openInboxBooth,
  openInboxKeeper,
  startInbox,
} from "../harness/inboxes"
import { useStores } from "../harness/stores"
import { makePoll, startWorker, voter } from "../harness/tallyroom"

const SHARDS = 2
const BALLOTS = 10_000
const CONCURRENCY = 200
const START_MS = 120_000

const promises: Record<InboxKind, { refusesSecondVotes: boolean }> = {
  redis: { refusesSecondVotes: true },
  nats: { refusesSecondVotes: true },
  rabbitmq: { refusesSecondVotes: false },
}

describe.each(INBOXES)("the inbox in %s", (kind) => {
  const stores = useStores()
  const { refusesSecondVotes } = promises[kind]
  const accepted = refusesSecondVotes ? "accepted" : "received"
  let server: InboxServer
  let worker: Awaited<ReturnType<typeof startWorker>>
  let booth: LogBooth
  let sql: Database

  beforeAll(async () => {
    server = await startInbox(kind, stores())
    worker = await startWorker(stores(), SHARDS, server.url)
    await worker.ready()
    sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
    stores().defer(() => sql.end({ timeout: 1 }))
    booth = await openInboxBooth(stores(), server.url, SHARDS)
  }, START_MS)

  const open = async (id: string, poll: Parameters<typeof makePoll>[2] = {}) => {
    await makePoll(sql, id, poll)
    await waitFor(`the poll ${id} to be open`, 10_000, async () => (await stateIn(id)) === "open")
  }
  const stateIn = async (id: string) => {
    const [row] = await booth.redis.hmget(`{s${SHARDS - 1}}:poll:${id}`, "state")
    return row
  }
  const tally = async (id: string) => {
    const rows =
      await sql`SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON number = poll
      WHERE polls.id = ${id} GROUP BY option HAVING sum(votes) > 0 ORDER BY option`
    return Object.fromEntries(rows.map(({ option, votes }) => [option, votes]))
  }
  const untilCounted = (id: string, votes: Record<string, number>) =>
    waitFor(`${JSON.stringify(votes)} in ${id}`, 30_000, async () => Bun.deepEquals(await tally(id), votes))
  const booksOf = async (id: string) => {
    const inbox = openInboxKeeper(stores(), server.url) ?? booth.redis
    if ("trouble" in inbox) await waitFor("the broker", 10_000, () => inbox.trouble() === null)
    const all = await audit(sql, inbox)
    return all.find(({ poll }) => poll === id)
  }

  test("counts what it accepted, once, however often it is sent", async () => {
    await open("once")
    const first = await booth.cast("once", voter("ann"), "a")
    const again = await booth.cast("once", voter("ann"), "a")
    expect(first.kind).toBe(accepted)
    expect(again.kind).toBe(refusesSecondVotes ? "same" : "received")
    if (refusesSecondVotes) expect(again).toEqual({ ...first, kind: "same" } as typeof again)
    await booth.cast("once", voter("bob"), "b")
    await untilCounted("once", { a: 1, b: 1 })
  })

  test("lets the first vote stand where the policy is final", async () => {
    await open("stands")
    await booth.cast("stands", voter("ann"), "a")
    const second = await booth.cast("stands", voter("ann"), "b")
    expect(second).toMatchObject(refusesSecondVotes ? { kind: "stands", option: "a" } : { kind: "received" })
    await booth.cast("stands", voter("end"), "c")
    await untilCounted("stands", { a: 1, c: 1 })
  })

  test("replaces a vote where it may be changed, to and fro", async () => {
    await open("changes", { policy: "changeable" })
    for (const option of ["a", "b", "a", "c"]) {
      expect((await booth.cast("changes", voter("ann"), option)).kind).toBe(accepted)
    }
    await untilCounted("changes", { c: 1 })
    expect(await booksOf("changes")).toMatchObject({ accepted: 4, counted: 1, replaced: 3, faults: [] })
  })

  test("lets one of many votes at once stand", async () => {
    await open("race")
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => booth.castUntilAnswered("race", voter("ann"), i % 2 ? "a" : "b")),
    )
    if (refusesSecondVotes) expect(answers.filter(({ kind }) => kind === "accepted").length).toBe(1)
    await waitFor("one vote", 10_000, async () => Object.values(await tally("race")).length === 1)
    expect(Object.values(await tally("race"))).toEqual([1])
  })

  test("refuses options and polls that there are not", async () => {
    await open("known")
    expect(await booth.cast("known", voter("ann"), "z")).toEqual({ kind: "option-unknown" })
    expect(await booth.cast("nowhere", voter("ann"), "a")).toEqual({ kind: "poll-unknown" })
  })

  test("takes nothing once a poll is closed, which becomes final with all that came before", async () => {
    await open("ends")
    const names = Array.from({ length: 50 }, (_, i) => voter(`ends ${i}`))
    await Promise.all(names.map((name) => booth.castUntilAnswered("ends", name, "a")))
    await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'ends'`
    await waitFor("the poll to be closed", 10_000, async () => (await stateIn("ends")) === "closed")
    expect(await booth.cast("ends", voter("late"), "a")).toEqual({ kind: "closed" })
    await waitFor("the poll to be final", 30_000, async () => {
      const [row] = await sql`SELECT state FROM polls WHERE id = 'ends'`
      return row?.state === "final"
    })
    expect(await tally("ends")).toEqual({ a: 50 })
  })

  test("refuses past the backlog limit, and loses nothing of what it took", async () => {
    await open("flooded")
    await worker.stop()
    const small = await openInboxBooth(stores(), server.url, SHARDS, 10)
    const kinds = []
    for (let i = 0; i < 60; i++)
      kinds.push((await small.castUntilAnswered("flooded", voter(`f${i}`), "a")).kind)
    const taken = kinds.filter((kind) => kind === accepted).length
    expect(taken).toBe(10 * SHARDS)
    expect(kinds.filter((kind) => kind === "full").length).toBe(60 - taken)
    expect((await booksOf("flooded"))?.pending).toBe(taken)
    worker = await startWorker(stores(), SHARDS, server.url)
    await worker.ready()
    await untilCounted("flooded", { a: taken })
  })

  test("says at once that it is away, and goes on when it is back", async () => {
    await open("away")
    await server.kill9()
    const start = performance.now()
    await expect(booth.cast("away", voter("ann"), "a")).rejects.toBeInstanceOf(InboxAway)
    expect(performance.now() - start).toBeLessThan(1_000)
    await server.start()
    await booth.castUntilAnswered("away", voter("ann"), "a")
    await untilCounted("away", { a: 1 })
  })

  test(
    `counts a flood of ${BALLOTS} exactly once, killed and restarted in its midst`,
    async () => {
      await open("flood")
      let answered = 0
      const options = new Map<string, string>()
      const trouble = (async () => {
        for (const part of [0.3, 0.6]) {
          await waitFor("part of the flood", 60_000, () => answered >= BALLOTS * part)
          await server.kill9()
          await server.start()
        }
      })()
      await crowd(BALLOTS, CONCURRENCY, async (i) => {
        const name = voter(`flood ${i}`)
        const option = i % 3 === 0 ? "b" : "a"
        const { kind } = await booth.castUntilAnswered("flood", name, option)
        expect([accepted, "same"]).toContain(kind)
        options.set(name, option)
        answered++
      })
      await trouble
      const b = Math.ceil(BALLOTS / 3)
      await untilCounted("flood", { a: BALLOTS - b, b })
      const books = await booksOf("flood")
      expect(books).toMatchObject({ counted: BALLOTS, recount: BALLOTS, pending: 0, lost: 0, faults: [] })
      const rows =
        await sql`SELECT voter, option FROM votes JOIN polls ON number = poll WHERE polls.id = 'flood'`
      const wrong = rows.filter(({ voter, option }) => options.get(base64url(voter)) !== option)
      expect(wrong).toEqual([])
    },
    START_MS,
  )
})

function base64url(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url")
}
