import { beforeAll, describe, expect, test } from "bun:test"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readPollCopy, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { SHARDS, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { type Booth, openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { raiseFence, restoreVoters } from "../source/redis-restore"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  await at.ready()
  booth = await openBooth(stores())
})

const opened = (id: string, options: string[]) =>
  openPoll(at.sql, booth.redis, id, { options: options.map((option) => ({ id: option, label: option })) })

const tallyOf = async (id: string) => {
  const rows = await at.sql`
    SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON poll = number WHERE id = ${id} GROUP BY 1`
  return Object.fromEntries(rows.map((row) => [row.option, row.votes]))
}

describe("what a hostile or unlucky client can bring into the inbox", () => {
  test("options called null, constructor or true are options like any other", async () => {
    await opened("names", ["null", "constructor", "true"])
    for (let i = 0; i < 30; i++) {
      await booth.cast("names", voter(`n${i}`), ["null", "constructor", "true"][i % 3] ?? "")
    }
    await becomes(() => tallyOf("names"), { null: 10, constructor: 10, true: 10 })
  })

  test("forged entries that Postgres can't take don't hold up their shard", async () => {
    await opened("forged", ["a", "b"])
    for (let shard = 0; shard < SHARDS; shard++) {
      const inbox = keys.inbox(shard)
      await booth.redis.xadd(inbox, "*", "b", `9999999999 ${"A".repeat(22)} a`)
      await booth.redis.xadd(inbox, "*", "b", `1 ${"A".repeat(21)}B a`)
      const [last = ""] = (await booth.redis.xadd(inbox, "*", "b", "x"))?.split("-") ?? []
      await booth.redis.xadd(inbox, `${last}-4294967296`, "b", `1 ${"B".repeat(21)}A a`)
    }
    // Within the same millisecond Redis would go on counting from that id.
    await Bun.sleep(5)
    for (let i = 0; i < 20; i++) await booth.cast("forged", voter(`f${i}`), "a")
    await waitFor("20 votes", async () => (await tallyOf("forged")).a === 20)
  })

  test("a second ballot of a voter whose first one stands is late, and the rest of its batch counts", async () => {
    await opened("doubled", ["a", "b"])
    const who = voter("doubled")
    await booth.cast("doubled", who, "a")
    await waitFor("the first", async () => (await tallyOf("doubled")).a === 1)
    const [poll] = await at.sql`SELECT number FROM polls WHERE id = 'doubled'`
    const forgeries = booth.redis.multi()
    for (const name of [who, ...Array.from({ length: 30 }, (_, i) => voter(`d${i}`))]) {
      const shard = shardOf(name, SHARDS)
      forgeries.xadd(keys.inbox(shard), "*", "b", `${poll?.number} ${name} b`)
    }
    await forgeries.exec()
    await waitFor("the others", async () => (await tallyOf("doubled")).b === 30)
    await waitFor("the late one", async () => {
      const rows = await at.sql`SELECT reason FROM set_aside WHERE poll = ${poll?.number ?? 0}`
      return rows.length === 1 && rows[0]?.reason === "late"
    })
    expect(await tallyOf("doubled")).toEqual({ a: 1, b: 30 })
  })

  test("a batch that Postgres refuses is halved until the entry at fault is a dead letter", async () => {
    await opened("refused", ["a", "b"])
    // An example of what nobody foresaw: the table itself refuses one voter's row.
    const bad = voter("refused")
    const hex = Buffer.from(bad, "base64url").toString("hex")
    await at.sql.unsafe(
      `ALTER TABLE votes ADD CONSTRAINT no_bad_voter CHECK (voter <> '${hex}'::uuid) NOT VALID`,
    )
    const casts = Array.from({ length: 200 }, (_, i) => booth.cast("refused", voter(`r${i}`), "a"))
    await Promise.all([...casts, booth.cast("refused", bad, "a")])
    await waitFor("200 votes", async () => (await tallyOf("refused")).a === 200)
    await waitFor("the entry at fault", async () => {
      const rows = await at.sql`SELECT reason FROM set_aside JOIN polls ON poll = number WHERE id = 'refused'`
      return rows.length === 1 && rows[0]?.reason === "uncountable"
    })
    await at.sql`ALTER TABLE votes DROP CONSTRAINT no_bad_voter`
  })
})

describe("a worker that starts before a Redis in which a key was spoilt", () => {
  const spoils: Record<string, (shard: number) => Promise<unknown>> = {
    "a revision from nowhere": (shard) => booth.redis.hset(keys.poll(shard, "spoilt"), "revision", 99),
    "voters that are none": (shard) => booth.redis.set(keys.voters(shard, "spoilt"), "a string"),
  }

  test.each(Object.keys(spoils))("repairs %s, and counts every poll", async (what) => {
    await opened("spoilt", ["a", "b"]).catch(() => {})
    await at.stop()
    for (let shard = 0; shard < SHARDS; shard++) await spoils[what]?.(shard)
    at = await startWorker(stores())
    await at.ready()
    const before = (await tallyOf("cats-vs-dogs")).b ?? 0
    for (let i = 0; i < 20; i++) await booth.cast("cats-vs-dogs", voter(`${what} ${i}`), "b")
    await waitFor("20 votes", async () => (await tallyOf("cats-vs-dogs")).b === before + 20)
    expect((await booth.cast("spoilt", voter(what), "a")).kind).toBe("accepted")
  })
})

describe("a worker that was paused while it restored a shard", () => {
  test("writes nothing any more once another has taken the shard up", async () => {
    await opened("fenced", ["a", "b"])
    const open = await readPollCopy(booth.redis, "fenced")
    if (!open) throw new Error("there is no copy")
    await booth.cast("fenced", voter("x"), "a")
    await at.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'fenced'`
    await waitFor("final", async () => (await readPollCopy(booth.redis, "fenced"))?.state === "final")
    for (let shard = 0; shard < SHARDS; shard++) {
      const marker = "restoring by a worker that has been paused"
      expect((await writePollCopy(booth.redis, shard, open, { marker })).outcome).toBe("fenced")
      expect(await restoreVoters(booth.redis, at.sql, { shard, polls: [open], marker })).toBeNull()
    }
    expect((await booth.cast("fenced", voter("y"), "a")).kind).toBe("closed")
    expect((await booth.cast("fenced", voter("x"), "a")).kind).toBe("same")
  })

  test("finds its own marker replaced by whoever raises the fence after it", async () => {
    const first = await raiseFence(booth.redis, 0)
    const second = await raiseFence(booth.redis, 0)
    expect(first).not.toBe(second)
    await waitFor("the shard to be open again", async () => {
      return booth.cast("cats-vs-dogs", voter("after"), "a").then(
        () => true,
        () => false,
      )
    })
  })
})
