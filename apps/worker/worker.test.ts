import { afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test"
import { CHANNELS } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readPollCopy, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../../tests/harness/becomes"
import { useStores } from "../../tests/harness/stores"
import { type Booth, makePoll, openBooth, openPoll, voter } from "../../tests/harness/tallyroom"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  await at.ready()
  booth = await openBooth(stores())
})

async function tally(id: string): Promise<Record<string, number>> {
  const rows = await at.sql`
    SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON poll = number WHERE id = ${id} GROUP BY option`
  return Object.fromEntries(rows.map((row) => [row.option, row.votes]))
}

async function books(id: string) {
  const [row] = await at.sql`
    SELECT sum(accepted)::integer AS accepted, sum(counted)::integer AS counted, sum(replaced)::integer AS replaced,
      sum(late)::integer AS late, sum(set_aside)::integer AS set_aside, sum(lost)::integer AS lost
    FROM books JOIN polls ON poll = number WHERE id = ${id}`
  return { ...row }
}

describe("a worker", () => {
  test("opens the classic poll on an empty database and counts its votes", async () => {
    for (let i = 0; i < 30; i++) {
      expect((await booth.cast("cats-vs-dogs", voter(`v${i}`), i % 3 ? "a" : "b")).kind).toBe("accepted")
    }
    await becomes(() => tally("cats-vs-dogs"), { a: 20, b: 10 })
    await becomes(() => books("cats-vs-dogs"), {
      ...{ accepted: 30, counted: 30, replaced: 0, late: 0, set_aside: 0, lost: 0 },
    })
  })

  test("answers the same ballot with the same position and another option with the standing one", async () => {
    const first = await booth.cast("cats-vs-dogs", voter("twice"), "a")
    const again = await booth.cast("cats-vs-dogs", voter("twice"), "a")
    const other = await booth.cast("cats-vs-dogs", voter("twice"), "b")
    expect(first.kind).toBe("accepted")
    expect(again).toEqual({ ...first, kind: "same" } as typeof again)
    expect(other).toEqual({ ...first, kind: "stands", option: "a" } as typeof other)
  })

  test("replaces the ballot of a changeable poll, within a batch and across batches", async () => {
    await openPoll(at.sql, booth.redis, "change", { policy: "changeable" })
    for (const option of ["a", "b", "c"]) await booth.cast("change", voter("x"), option)
    await booth.cast("change", voter("y"), "a")
    await waitFor("c", async () => (await tally("change")).c === 1)
    await booth.cast("change", voter("x"), "b")
    await becomes(() => tally("change"), { a: 1, b: 1, c: 0 })
    await becomes(() => books("change"), {
      ...{ accepted: 5, counted: 2, replaced: 3, late: 0, set_aside: 0, lost: 0 },
    })
    const history =
      await at.sql`SELECT option, stands, at FROM vote_history AS h JOIN polls ON number = h.poll
      WHERE id = 'change' AND voter = (SELECT voter FROM votes WHERE poll = number AND option = 'b') ORDER BY at, seq`
    expect(history.map(({ option, stands }) => [option, stands])).toEqual([
      ["a", false],
      ["b", false],
      ["c", false],
      ["b", true],
    ])
    for (const row of history) expect(Math.abs(Date.now() - Number(row.at))).toBeLessThan(60_000)
  })

  test("closes a poll and makes it final once all is counted", async () => {
    await openPoll(at.sql, booth.redis, "short")
    await Promise.all(Array.from({ length: 200 }, (_, i) => booth.cast("short", voter(`s${i}`), "a")))
    await at.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'short'`
    await waitFor("final", async () => {
      const [row] = await at.sql`SELECT state FROM polls WHERE id = 'short'`
      return row?.state === "final"
    })
    expect((await booth.cast("short", voter("late"), "a")).kind).toBe("closed")
    expect(await tally("short")).toEqual({ a: 200 })
  })

  test("never lets an older reading of a poll open it again", async () => {
    await openPoll(at.sql, booth.redis, "stale")
    const open = await readPollCopy(booth.redis, "stale")
    if (!open) throw new Error("there is no copy")
    await at.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'stale'`
    await waitFor("final", async () => (await readPollCopy(booth.redis, "stale"))?.state === "final")
    for (let shard = 0; shard < 4; shard++) await writePollCopy(booth.redis, shard, open)
    expect((await booth.cast("stale", voter("early bird"), "a")).kind).toBe("closed")
  })

  test("makes dead letters of what can't be counted, and goes on", async () => {
    const inbox = keys.inbox(0)
    await booth.redis.xadd(inbox, "*", "b", "not a ballot")
    await booth.redis.xadd(inbox, "*", "x", "y", "z", "\u0000")
    await booth.redis.xadd(inbox, "*", "b", `999999 ${voter("q")} a`)
    await booth.redis.xadd(inbox, "*", "b", `1 ${voter("q")} zebra`)
    await waitFor("four entries", async () => {
      const [row] = await at.sql`SELECT count(*)::integer AS n FROM set_aside`
      return row?.n === 4
    })
    const reasons = await at.sql`SELECT reason FROM set_aside ORDER BY reason`
    expect(reasons.map((row) => row.reason)).toEqual([
      ...["option-unknown", "poll-unknown", "undecodable", "undecodable"],
    ])
  })
})

describe("a worker whose clock is wrong", () => {
  afterEach(() => {
    setSystemTime()
  })

  test("counts at once after it was set back", async () => {
    await openPoll(at.sql, booth.redis, "back")
    const castAll = (from: number) =>
      Promise.all(Array.from({ length: 40 }, (_, i) => booth.cast("back", voter(`c${from + i}`), "a")))
    await castAll(0)
    await becomes(() => tally("back"), { a: 40 })
    setSystemTime(Date.now() - 45_000)
    // Until then each shard has looked for ballots in vain.
    const [set] = await at.sql`SELECT now() AS at`
    await waitFor("two heartbeats", async () => {
      const [row] =
        await at.sql`SELECT max(seen_at) > ${set?.at} + interval '1.5 seconds' AS passed FROM workers`
      return row?.passed
    })
    await castAll(40)
    await waitFor("all shards to count", async () => (await tally("back")).a === 80, 5_000)
  })

  test("opens and closes polls in time, an hour behind", async () => {
    const now = Date.now()
    setSystemTime(now - 3_600_000)
    await makePoll(at.sql, "opens", { state: "draft", opensAt: new Date(now + 1_000) })
    await makePoll(at.sql, "closes", { closesAt: new Date(now + 1_000) })
    await at.sql`SELECT pg_notify(${CHANNELS.polls}, number::text) FROM polls`
    const states = async () => {
      const rows = await at.sql`SELECT id, state FROM polls WHERE id IN ('opens', 'closes') ORDER BY id`
      return rows.map(({ id, state }) => `${id} ${state}`)
    }
    await becomes(states, ["closes final", "opens open"])
  })
})
