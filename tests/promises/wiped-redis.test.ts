import { beforeAll, describe, expect, onTestFinished, test } from "bun:test"
import { readdirSync, statSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { comparePositions, formatPosition } from "@tallyroom/lib/ballots/ballot"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { openDatabase } from "@tallyroom/lib/database"
import { type AppendAnswer, InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { Redis } from "ioredis"
import { receiptStatus } from "../../apps/result/receipt/receipt-status"
import { auditPolls, type PollBooks } from "../../apps/worker/audit/audit"
import { chooseFloor } from "../../apps/worker/source/redis-restore"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { KIND_NAMES, KINDS, tallyBy, tallyIn } from "../harness/kinds"
import { useStores } from "../harness/stores"
import { type Booth, openBooth, openPoll, voter } from "../harness/tallyroom"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  booth = await openBooth(stores())
  await at.ready()
})

const opened = (id: string) => openPoll(at.sql, booth.redis, id)

async function booksOf(id: string): Promise<PollBooks> {
  const books = (await auditPolls(at.sql, booth.redis)).find(({ poll }) => poll === id)
  if (!books) throw new Error(`no books of ${id}`)
  return books
}

const counted = (id: string, n: number) =>
  waitFor(`${n} counted`, async () => (await booksOf(id)).counted === n)

async function fateOf(id: string, who: string, answer: AppendAnswer): Promise<string> {
  const [row] = await at.sql`SELECT ${pollColumns(at.sql)} FROM polls WHERE id = ${id}`
  const poll = readPollRow(row ?? {})
  if (!poll || !("position" in answer)) throw new Error(`there is no receipt for ${answer.kind}`)
  const receipt = { shard: shardOf(who, SHARDS), position: answer.position, voter: who }
  return (await receiptStatus(at.sql, poll, writeReceipt(poll.salt, receipt))).status
}

/** Casts until the inbox takes ballots again. */
async function castWhenOpen(id: string, who: string, option: string) {
  return waitFor("the inbox to be open", async () =>
    booth.cast(id, who, option).catch((error) => {
      expect(error).toBeInstanceOf(InboxAway)
      return false as const
    }),
  )
}

describe("a Redis that was wiped in the middle of a poll", () => {
  test("accepts nobody before the voters are back, and nobody twice", async () => {
    await opened("wiped")
    const voters = Array.from({ length: 300 }, (_, i) => voter(`w${i}`))
    await Promise.all(voters.map((who) => booth.cast("wiped", who, "a")))
    await counted("wiped", 300)
    await booth.redis.flushall()
    const answers = await Promise.all(voters.map((who) => castWhenOpen("wiped", who, "b")))
    expect(answers.map((answer) => answer.kind)).toEqual(voters.map(() => "stands"))
    expect((await castWhenOpen("wiped", voter("new"), "b")).kind).toBe("accepted")
    await counted("wiped", 301)
    expect(await booksOf("wiped")).toMatchObject({ accepted: 301, late: 0, lost: 0, faults: [] })
  })

  test("is told again what each ballot says, whatever the method of its poll", async () => {
    for (const kind of KIND_NAMES)
      await openPoll(at.sql, booth.redis, kind, { ...KINDS[kind].asked, policy: "changeable" })
    const standing = new Map(KIND_NAMES.map((kind) => [kind, [...KINDS[kind].texts]]))
    const castEach = (cast: typeof booth.cast) =>
      Promise.all(
        [...standing].flatMap(([kind, texts]) =>
          texts.map((text, i) => cast(kind, voter(`${kind}${i}`), text)),
        ),
      )
    await castEach(booth.cast)
    for (const [kind, texts] of standing) await counted(kind, texts.length)
    await booth.redis.flushall()
    expect(new Set((await castEach(castWhenOpen)).map(({ kind }) => kind))).toEqual(new Set(["same"]))
    for (const [kind, texts] of standing) {
      const [, second = ""] = texts
      expect((await castWhenOpen(kind, voter(`${kind}0`), second)).kind).toBe("accepted")
      await waitFor("a change", async () => (await booksOf(kind)).replaced === 1)
      expect(await tallyIn(at.sql, kind)).toEqual(tallyBy(kind, [second, ...texts.slice(1)]))
      const cast = texts.length
      expect(await booksOf(kind)).toMatchObject({ accepted: cast + 1, counted: cast, lost: 0, faults: [] })
    }
  })

  test("never calls a poll unknown before its copies are back", async () => {
    await opened("known")
    await booth.cast("known", voter("k"), "a")
    await counted("known", 1)
    const seen = new Set<string>()
    await booth.redis.flushall()
    await waitFor("the inbox to be open", async () => {
      const answer = await booth.cast("known", voter("k"), "a").catch(() => null)
      if (answer) seen.add(answer.kind)
      return answer !== null
    })
    expect([...seen]).toEqual(["same"])
  })

  test("and that at the very moment when a worker goes to restore it: nobody votes twice", async () => {
    await opened("looked-into")
    const voters = Array.from({ length: 40 }, (_, i) => voter(`l${i}`))
    await Promise.all(voters.map((who) => booth.cast("looked-into", who, "a")))
    await counted("looked-into", 40)
    await at.stop()
    // As a worker leaves it that was killed while it restored.
    for (let shard = 0; shard < SHARDS; shard++) await booth.redis.set(keys.fence(shard), `${RESTORING} once`)
    const send = Redis.prototype.sendCommand
    let wiped = false
    Redis.prototype.sendCommand = function (command, stream) {
      const raises = command.args.some((arg) => String(arg).startsWith(RESTORING))
      if (wiped || !raises) return send.call(this, command, stream)
      wiped = true
      booth.redis.flushall().then(() => send.call(this, command, stream))
      return command.promise
    }
    onTestFinished(() => {
      Redis.prototype.sendCommand = send
    })
    at = await startWorker(stores())
    await at.ready()
    expect(wiped).toBe(true)
    const answers = await Promise.all(voters.map((who) => castWhenOpen("looked-into", who, "b")))
    expect(answers.map((answer) => answer.kind)).toEqual(voters.map(() => "stands"))
  })

  test("loses only ballots that were pending, and the books say how many", async () => {
    await opened("pending")
    for (let i = 0; i < 40; i++) await booth.cast("pending", voter(`p${i}`), "a")
    await counted("pending", 40)
    await at.stop()
    for (let i = 40; i < 100; i++) await booth.cast("pending", voter(`p${i}`), "a")
    expect(await booksOfStopped("pending")).toMatchObject({ accepted: 100, counted: 40, pending: 60 })
    // The streams go, the counters stay: as when a stream's data alone is damaged.
    for (let shard = 0; shard < SHARDS; shard++) await booth.redis.del(keys.inbox(shard))
    at = await startWorker(stores())
    await at.ready()
    const books = (kept: object) => becomes(() => booksOf("pending"), expect.objectContaining(kept))
    await books({ accepted: 100, counted: 40, lost: 60, faults: [] })
    await booth.redis.flushall()
    expect((await castWhenOpen("pending", voter("p99"), "b")).kind).toBe("accepted")
    await counted("pending", 41)
    await books({ accepted: 101, lost: 60, faults: [] })
  })

  test("is known for all that a worker saw it accept, and a receipt of what was lost says so for good", async () => {
    await openPoll(at.sql, booth.redis, "seen", { policy: "changeable" })
    const voters = Array.from({ length: 200 }, (_, i) => voter(`s${i}`))
    const hold = await holdCounting()
    const cast = (some: string[]) => Promise.all(some.map((who) => booth.cast("seen", who, "a")))
    const onTheirWay = await cast(voters.slice(0, 40))
    await becomes(hold.shardsHeld, SHARDS)
    const answers = [...onTheirWay, ...(await cast(voters.slice(40)))]
    await lookedAt("seen")
    await booth.redis.flushall()
    await hold.release()
    expect((await castWhenOpen("seen", voter("last"), "c")).kind).toBe("accepted")
    await becomes(async () => (await booksOf("seen")).accepted, 201)
    const { lost } = await booksOf("seen")
    expect(lost).toBeGreaterThanOrEqual(160)
    const kept = { counted: 201 - lost, pending: 0, lostAtLeast: true, faults: [] }
    await becomes(() => booksOf("seen"), expect.objectContaining(kept))
    for (const who of voters) await castWhenOpen("seen", who, "b")
    await becomes(async () => (await booksOf("seen")).counted, 201)
    const fates = await Promise.all(answers.map((answer, i) => fateOf("seen", voters[i] ?? "", answer)))
    expect(fates.filter((fate) => fate === "lost")).toHaveLength(lost)
    expect(fates.filter((fate) => fate === "replaced")).toHaveLength(200 - lost)
    expect(await auditTells("seen")).toContain(`at least ${lost} accepted ballots were lost`)
  })

  test("is moved forward before it accepts when it comes back older than Postgres", async () => {
    await opened("older")
    const voters = Array.from({ length: 50 }, (_, i) => voter(`o${i}`))
    await Promise.all(voters.map((who) => booth.cast("older", who, "a")))
    await counted("older", 50)
    // An older Redis knows the polls, but neither these voters nor the entries after its snapshot.
    for (let shard = 0; shard < SHARDS; shard++) {
      await booth.redis
        .multi()
        .del(keys.voters(shard, "older"), keys.inbox(shard))
        .hset(keys.poll(shard, "older"), "accepted", 0)
        .set(keys.fence(shard), "another-process")
        .exec()
    }
    const answers = await Promise.all(voters.map((who) => castWhenOpen("older", who, "b")))
    expect(answers.map((answer) => answer.kind)).toEqual(voters.map(() => "stands"))
    const { lost, late, accepted, faults } = await booksOf("older")
    expect({ lost, late, accepted, faults }).toEqual({ lost: 0, late: 0, accepted: 50, faults: [] })
  })

  test("that comes back older than a final poll does not tell what stood there then", async () => {
    await openPoll(at.sql, booth.redis, "past", { policy: "changeable" })
    const who = voter("past")
    const shard = shardOf(who, SHARDS)
    await booth.cast("past", who, "a")
    await counted("past", 1)
    const voters = await booth.redis.hgetall(keys.voters(shard, "past"))
    await booth.cast("past", who, "b")
    await becomes(async () => (await booksOf("past")).replaced, 1)
    await at.sql`UPDATE polls SET state = 'closed' WHERE id = 'past'`
    await waitFor("final", async () => {
      const [row] = await at.sql`SELECT state FROM polls WHERE id = 'past'`
      return row?.state === "final"
    })
    expect((await booth.cast("past", who, "b")).kind).toBe("same")
    await booth.redis
      .multi()
      .del(keys.inbox(shard))
      .hset(keys.voters(shard, "past"), voters)
      .hset(keys.poll(shard, "past"), "accepted", 1)
      .set(keys.fence(shard), "another-process")
      .exec()
    expect((await castWhenOpen("past", who, "a")).kind).toBe("closed")
  })

  test("that comes back without its end has no receipt of that wait for another ballot", async () => {
    await opened("end")
    const [kept, lost] = votersOfOneShard("e")
    const shard = shardOf(kept, SHARDS)
    await at.stop()
    const [first, answer] = [await booth.cast("end", kept, "a"), await booth.cast("end", lost, "a")]
    if (first.kind !== "accepted" || answer.kind !== "accepted") throw new Error("a vote was not accepted")
    // As if the last entry had never reached the disk.
    await booth.redis
      .multi()
      .xdel(keys.inbox(shard), formatPosition(answer.position))
      .call("XSETID", keys.inbox(shard), formatPosition(first.position))
      .hdel(keys.voters(shard, "end"), lost)
      .hset(keys.poll(shard, "end"), "accepted", 1)
      .set(keys.fence(shard), "another-process")
      .exec()
    at = await startWorker(stores())
    await at.ready()
    await counted("end", 1)
    await becomes(() => fateOf("end", lost, answer), "lost")
    expect((await castWhenOpen("end", lost, "b")).kind).toBe("accepted")
    await counted("end", 2)
  })

  test("that comes back without its end is told by vote what it lacks, exactly, even after it accepts anew", async () => {
    await opened("torn")
    const { redis } = stores()
    const late = await openBooth({ ...stores(), redis: { ...redis, adminUrl: redis.voteUrl } })
    await at.stop()
    const voters = Array.from({ length: 400 }, (_, i) => voter(`t${i}`))
    const castBy = async ({ cast }: Booth, some: string[]) => {
      const answers: AppendAnswer[] = []
      for (const who of some) answers.push(await cast("torn", who, "a"))
      return answers
    }
    const answers = [
      ...(await castBy(booth, voters.slice(0, 200))),
      ...(await castBy(late, voters.slice(200, 300))),
      ...(await castBy(booth, voters.slice(300, 380))),
      ...(await castBy(late, voters.slice(380))),
    ]
    await redis.kill9()
    // Of the last ballots only this one knows, and it comes back last.
    late.redis.disconnect()
    tearEndOff(join(redis.dir, "appendonlydir"), 8_000)
    await redis.start()
    at = await startWorker(stores())
    await at.ready()
    expect((await castWhenOpen("torn", voter("new"), "b")).kind).toBe("accepted")
    await late.redis.connect()
    const balanced = expect.objectContaining({ accepted: 401, pending: 0, faults: [] })
    await becomes(() => booksOf("torn"), balanced)
    const { lost } = await booksOf("torn")
    const fates = await Promise.all(answers.map((answer, i) => fateOf("torn", voters[i] ?? "", answer)))
    expect(fates.filter((fate) => fate === "lost")).toHaveLength(lost)
    expect(lost).toBeGreaterThan(20)
  })

  test("that is emptied while no worker looks is told by vote what it had accepted", async () => {
    await opened("emptied")
    await at.stop()
    for (let i = 0; i < 30; i++) await booth.cast("emptied", voter(`f${i}`), "a")
    await booth.redis.flushall()
    expect(booth.cast("emptied", voter("early"), "a")).rejects.toThrow("restoring")
    at = await startWorker(stores())
    await at.ready()
    expect((await castWhenOpen("emptied", voter("f0"), "b")).kind).toBe("accepted")
    const kept = { accepted: 31, counted: 1, lost: 30, pending: 0, faults: [] }
    await becomes(() => booksOf("emptied"), expect.objectContaining(kept))
  })

  /** Cuts bytes off the end of the append-only file, as a disk that lost them would. */
  function tearEndOff(dir: string, bytes: number): void {
    const files = readdirSync(dir).filter((name) => name.endsWith(".incr.aof"))
    const newest = join(dir, files.toSorted().at(-1) ?? "")
    truncateSync(newest, statSync(newest).size - bytes)
  }

  function votersOfOneShard(name: string): [string, string] {
    const [first = "", ...others] = Array.from({ length: 40 }, (_, i) => voter(`${name}${i}`))
    const second = others.find((other) => shardOf(other, SHARDS) === shardOf(first, SHARDS))
    if (!second) throw new Error("no two voters are in one shard")
    return [first, second]
  }

  /** Holds every commit back, until `release` is called. `shardsHeld` tells how many shards wait. */
  async function holdCounting() {
    const holder = openDatabase(stores().database.workerUrl, { name: "holder", connections: 1 })
    await holder.unsafe("BEGIN; LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
    const shardsHeld = async () => {
      const [row] = await holder`
        SELECT count(*)::integer AS n FROM pg_locks WHERE relation = 'votes'::regclass AND NOT granted`
      return row?.n
    }
    const release = async () => {
      await holder.unsafe("ROLLBACK")
      await holder.end()
    }
    return { shardsHeld, release }
  }

  /** Settles when a worker has asked Redis for the poll's acceptance counter in every shard, and then whose Redis this is. */
  async function lookedAt(id: string): Promise<void> {
    const asked = new Set<string>()
    const confirmed = new Set<string>()
    const monitor = await booth.redis.monitor()
    monitor.on("monitor", (_time: string, [command = "", key = ""]: string[]) => {
      for (let shard = 0; shard < SHARDS; shard++) {
        if (command.toLowerCase() === "hmget" && key === keys.poll(shard, id)) asked.add(keys.instance(shard))
      }
      if (command.toLowerCase() === "get" && asked.has(key)) confirmed.add(key)
    })
    await becomes(() => confirmed.size, SHARDS)
    monitor.disconnect()
  }

  async function auditTells(id: string): Promise<string> {
    const { redis, database } = stores()
    const env = { ...process.env, REDIS_URL: redis.workerUrl, DATABASE_URL: database.workerUrl }
    const audit = Bun.spawn(["bun", "scripts/data/audit.ts", "--poll", id], { env, stdout: "pipe" })
    return new Response(audit.stdout).text()
  }

  async function booksOfStopped(id: string): Promise<PollBooks> {
    const sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
    const books = (await auditPolls(sql, booth.redis)).find(({ poll }) => poll === id)
    await sql.end()
    if (!books) throw new Error(`no books of ${id}`)
    return books
  }
})

describe("garbage in Redis", () => {
  test("in a poll's copy, its counter, its voters or the fence is refused and heals", async () => {
    await opened("garbage")
    await booth.cast("garbage", voter("g0"), "a")
    await counted("garbage", 1)
    const shard = [0, 1, 2, 3]
    const spoils: ((shard: number) => Promise<unknown>)[] = [
      (s) => booth.redis.hset(keys.poll(s, "garbage"), "accepted", "many"),
      (s) => booth.redis.hset(keys.poll(s, "garbage"), "state", "\u0000?", "number", "x"),
      (s) => booth.redis.set(keys.poll(s, "garbage"), "a string"),
      (s) => booth.redis.del(keys.poll(s, "garbage")),
      (s) => booth.redis.set(keys.fence(s), "garbage"),
      (s) => booth.redis.set(keys.inbox(s), "a string"),
      (s) => booth.redis.set(keys.voters(s, "garbage"), "a string"),
    ]
    for (const [i, spoil] of spoils.entries()) {
      // What still waited in an inbox that becomes a string would be lost with it.
      await counted("garbage", i + 1)
      await Promise.all(shard.map(spoil))
      const who = voter(`g${i + 1}`)
      await waitFor(`healing of ${spoil}`, async () => {
        const answer = await booth.cast("garbage", who, "a").catch(() => null)
        return answer?.kind === "accepted" || answer?.kind === "same"
      })
    }
    await counted("garbage", spoils.length + 1)
    await becomes(async () => (await booksOf("garbage")).faults, [])
  }, 60_000)

  test("that a stolen vote process left heals, and holds nobody else's ballot up", async () => {
    await opened("stolen")
    const thief = new Redis(stores().redis.voteUrl, { disableClientInfo: true })
    await booth.cast("stolen", voter("s0"), "a")
    await counted("stolen", 1)
    const numberIn = (s: number) => booth.redis.hget(keys.poll(s, "stolen"), "number")
    const number = String(await numberIn(0))
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
    const spoils: ((shard: number) => Promise<unknown>)[] = [
      (s) => thief.hincrby(keys.poll(s, "stolen"), "accepted", "9223372036854775800"),
      (s) => thief.hincrby(keys.poll(s, "stolen"), "number", 1),
      (s) => thief.hincrby(keys.poll(s, "stolen"), "revision", 1_000),
      (s) => thief.hset(keys.missing(s), number, "1e300"),
      (s) => thief.hset(keys.missing(s), number, "9223372036854775807"),
    ]
    for (const [i, spoil] of spoils.entries()) {
      await counted("stolen", i + 1)
      await Promise.all(shards.map(spoil))
      // Vote reads the number elsewhere in the copy, the booth here.
      await becomes(() => Promise.all(shards.map(numberIn)), Array(SHARDS).fill(number))
      const who = voter(`s${i + 1}`)
      await waitFor(`healing of ${spoil}`, async () => {
        const answer = await booth.cast("stolen", who, "a").catch(() => null)
        return answer?.kind === "accepted" || answer?.kind === "same"
      })
    }
    const greatest = "18446744073709551615"
    for (const ms of [String(Date.now() + 50), greatest]) {
      const id = `${ms}-${greatest}`
      for (const s of shards) await thief.xadd(keys.inbox(s), id, "b", "x")
      const who = voter(id)
      await waitFor(`a ballot after ${id}`, async () => {
        const answer = await booth.cast("stolen", who, "a").catch(() => null)
        return answer?.kind === "accepted" || answer?.kind === "same"
      })
    }
    // Each shard heals by itself, and what is written into one meanwhile goes.
    const isHealed = async (s: number) => {
      const fence = await booth.redis.get(keys.fence(s))
      const inbox: unknown = await booth.redis.xinfo("STREAM", keys.inbox(s)).catch(() => null)
      const last = Array.isArray(inbox) ? String(inbox[inbox.indexOf("last-generated-id") + 1]) : greatest
      return !fence?.startsWith(RESTORING) && !last.includes(greatest)
    }
    await becomes(() => Promise.all(shards.map(isHealed)), Array(SHARDS).fill(true))
    const poisoned = voter("poisoned")
    await Promise.all(shards.map((s) => thief.hset(keys.voters(s, "stolen"), poisoned, "garbage")))
    expect((await castWhenOpen("stolen", poisoned, "a")).kind).toBe("voted")
    thief.disconnect()
    const kept = { accepted: spoils.length + 3, counted: spoils.length + 3, lost: 0, pending: 0, faults: [] }
    await becomes(() => booksOf("stolen"), expect.objectContaining(kept))
  }, 60_000)
})

test("a Redis whose clock was ahead, and which is emptied, leaves no receipt of what it lost waiting", async () => {
  await opened("ahead")
  await castWhenOpen("ahead", voter("first"), "a")
  await becomes(async () => (await booksOf("ahead")).counted, 1)
  const ahead = `${Date.now() + 86_400_000}-0`
  for (let shard = 0; shard < SHARDS; shard++) await booth.redis.call("XSETID", keys.inbox(shard), ahead)
  const voters = Array.from({ length: 100 }, (_, i) => voter(`ahead ${i}`))
  for (const who of voters.slice(0, 40)) await castWhenOpen("ahead", who, "a")
  await counted("ahead", 41)
  await at.stop()
  const waiting = voters.slice(40)
  const answers = await Promise.all(waiting.map((who) => booth.cast("ahead", who, "a")))
  await booth.redis.flushall()
  at = await startWorker(stores())
  await at.ready()
  expect((await castWhenOpen("ahead", voter("late"), "b")).kind).toBe("accepted")
  await counted("ahead", 42)
  const fates = await Promise.all(answers.map((answer, i) => fateOf("ahead", waiting[i] ?? "", answer)))
  expect(fates).toEqual(waiting.map(() => "lost"))
})

test("what a Redis lost whose clock was behind is never called replaced, though its voter has voted since", async () => {
  await openPoll(at.sql, booth.redis, "behind", { policy: "changeable" })
  const who = voter("behind")
  const answer = await castWhenOpen("behind", who, "a")
  await counted("behind", 1)
  expect(await fateOf("behind", who, answer)).toBe("counted")
  const anHourBefore = { ms: Date.now() - 3_600_000, seq: 0 }
  expect(await fateOf("behind", who, { kind: "accepted", position: anHourBefore })).toBe("lost")
})

test("a Redis that is emptied twice, while its clock is behind its last ids, gives no id twice", async () => {
  const [row] = await at.sql`SELECT shard, holder, epoch, ms, seq FROM shards WHERE shard = 0`
  const position = { ms: Number(row?.ms), seq: Number(row?.seq) }
  const holding = { shard: 0, worker: String(row?.holder), epoch: Number(row?.epoch), position }
  const ahead = { ms: position.ms + 172_800_000, seq: 0 }
  // Nothing was counted between the two, so that neither Postgres's position nor Redis tells of the first.
  const first = await chooseFloor(booth.redis, at.sql, holding, [ahead])
  const second = await chooseFloor(booth.redis, at.sql, holding, [ahead])
  expect(comparePositions(ahead, first)).toBeLessThan(0)
  expect(comparePositions(first, second)).toBeLessThan(0)
})
