/**
 * What every inbox must do: the same tests for each against its real server. Each inbox has a test file of its own, so that they
 * run side by side. Where a broker can do less, `promises` says so.
 */

import { beforeAll, describe, expect, onTestFinished, setSystemTime, test } from "bun:test"
import { comparePositions, type Position } from "@tallyroom/lib/ballots/ballot"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf, uuidOfVoter, voterOfUuid } from "@tallyroom/lib/ballots/voter"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { type InboxKind, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { type AppendAnswer, InboxAway, termsOf } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { receiptStatus } from "../../apps/result/receipt/receipt-status"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type InboxBooth, openInboxBooth } from "../../scripts/services/apps/inbox-booth"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { crowd } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { type InboxServer, startInboxServer } from "../../scripts/services/stores/inbox-server"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { openInboxAdmin, writeGarbage } from "../harness/inbox-admin"
import { useStores } from "../harness/stores"
import { makePoll, voter } from "../harness/tallyroom"
import { startTcpProxy, type TcpProxy } from "../harness/tcp-proxy"
import { choiceContract } from "./choices"

const SHARDS = 2
const BALLOTS = 10_000
const CONCURRENCY = 200
const START_MS = 120_000

const promises: Record<InboxKind, { refusesSecondVotes: boolean }> = {
  redis: { refusesSecondVotes: true },
  nats: { refusesSecondVotes: true },
  rabbitmq: { refusesSecondVotes: false },
}

export function inboxContract(kind: InboxKind): void {
  describe(`the inbox in ${kind}`, () => {
    const stores = useStores()
    const { refusesSecondVotes } = promises[kind]
    const accepted = refusesSecondVotes ? "accepted" : "received"
    let server: InboxServer
    let worker: Awaited<ReturnType<typeof startWorker>>
    /** The workers' way to Redis. */
    let link: TcpProxy
    let booth: InboxBooth
    let sql: Database

    beforeAll(async () => {
      server = await startInboxServer(kind, stores())
      link = await startTcpProxy(stores(), stores().redis.workerUrl)
      worker = await startLinkedWorker()
      sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
      stores().defer(() => sql.end({ timeout: 1 }))
      booth = await openInboxBooth(stores(), server.url, SHARDS)
    }, START_MS)

    const startLinkedWorker = async () => {
      const workerUrl = new URL(stores().redis.workerUrl)
      workerUrl.port = new URL(link.url).port
      const redis = { ...stores().redis, workerUrl: workerUrl.href }
      const started = await startWorker({ ...stores(), redis }, SHARDS, server.url)
      await started.ready()
      return started
    }
    const open = async (id: string, poll: Parameters<typeof makePoll>[2] = {}) => {
      await makePoll(sql, id, poll)
      await waitFor(`the poll ${id} to be open`, async () => (await stateIn(id)) === "open")
    }
    const stateIn = async (id: string) => {
      const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
      const states = await Promise.all(shards.map((shard) => booth.redis.hget(keys.poll(shard, id), "state")))
      return new Set(states).size === 1 ? states[0] : "changing"
    }
    const tally = async (id: string) => {
      const rows =
        await sql`SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON number = poll
        WHERE polls.id = ${id} GROUP BY option HAVING sum(votes) > 0 ORDER BY option`
      return Object.fromEntries(rows.map(({ option, votes }) => [option, votes]))
    }
    const untilCounted = (id: string, votes: Record<string, number>) => becomes(() => tally(id), votes)
    const statusOf = async (id: string, name: string, answer: AppendAnswer) => {
      const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
      const poll = readPollRow(row ?? {})
      if (!poll || !("position" in answer)) throw new Error(`there is no receipt for ${answer.kind}`)
      const receipt = { shard: shardOf(name, SHARDS), position: answer.position, voter: name }
      return (await receiptStatus(sql, poll, writeReceipt(poll.salt, receipt))).status
    }
    const booksOf = async (id: string) => {
      const all = await auditPolls(sql, (await openInboxAdmin(stores(), server.url)) ?? booth.redis)
      return all.find(({ poll }) => poll === id)
    }

    choiceContract(() => ({ sql, booth, refusesSecondVotes, open, booksOf }))

    test("counts what it accepted, once, however often it is sent", async () => {
      await open("once")
      const first = await booth.cast("once", voter("ann"), "a")
      const again = await booth.cast("once", voter("ann"), "a")
      expect(first.kind).toBe(accepted)
      expect(again.kind).toBe(refusesSecondVotes ? "same" : "received")
      if (refusesSecondVotes) expect(again).toEqual({ ...first, kind: "same" } as typeof again)
      await booth.cast("once", voter("bob"), "b")
      await untilCounted("once", { a: 1, b: 1 })
      const copies = refusesSecondVotes ? 0 : 1
      await becomes(
        () => booksOf("once"),
        expect.objectContaining({ accepted: 2, counted: 2, late: 0, copies }),
      )
      // Ann's second ballot and Bob's lie in different shards.
      for (const answer of [first, again])
        await becomes(() => statusOf("once", voter("ann"), answer), "counted")
    })

    test("lets the first vote stand where the policy is final", async () => {
      await open("stands")
      await booth.cast("stands", voter("ann"), "a")
      const second = await booth.cast("stands", voter("ann"), "b")
      expect(second).toMatchObject(
        refusesSecondVotes ? { kind: "stands", option: "a" } : { kind: "received" },
      )
      await booth.cast("stands", voter("end"), "c")
      await untilCounted("stands", { a: 1, c: 1 })
      if (!refusesSecondVotes) await becomes(() => statusOf("stands", voter("ann"), second), "late")
    })

    // apps/vote/casting/told-nobody.test.ts asks the same of vote's answers.
    test("tells by no answer and no receipt what somebody else chose by the same code or from the same network", async () => {
      const kinds = (["code", "network"] as const).flatMap((eligibility) =>
        (["final", "changeable"] as const).map((policy) => ({
          id: `${eligibility}-${policy}`,
          eligibility,
          policy,
        })),
      )
      const cases = kinds.flatMap(({ id }) =>
        ["a", "b"].flatMap((stands) =>
          ["a", "b"].flatMap((tried) =>
            [undefined, null].map((replaces) => ({
              ...{ id, stands, tried, replaces },
              name: voter(`${id} ${stands} ${tried} ${replaces}`),
            })),
          ),
        ),
      )
      await Promise.all(kinds.map(({ id, ...poll }) => open(id, poll)))
      const own = await Promise.all(
        cases.map(({ id, name, stands }) => booth.cast(id, name, stands, undefined, "ownowner")),
      )
      for (const { id } of kinds) await untilCounted(id, { a: 4, b: 4 })
      const told = new Map<string, Set<string>>()
      const tell = (key: string, answer: string) => told.set(key, (told.get(key) ?? new Set()).add(answer))
      for (const { id, name, tried, replaces } of cases) {
        const answer = await booth.cast(id, name, tried, replaces, "another1")
        const key = `${id} ${tried} ${replaces}`
        tell(key, answer.kind)
        if (!("position" in answer)) continue
        await becomes(async () => (await statusOf(id, name, answer)) !== "pending", true)
        tell(`the receipt of ${key}`, await statusOf(id, name, answer))
      }
      expect([...told].filter(([, answers]) => answers.size !== 1)).toEqual([])
      // Whoever cast it gets the first answer again, and a receipt that says so.
      for (const [i, { id, name, stands }] of cases.entries()) {
        if (id.endsWith("changeable")) continue
        const again = await booth.cast(id, name, stands, undefined, "ownowner")
        if (refusesSecondVotes) expect(again).toEqual({ ...own[i], kind: "same" } as AppendAnswer)
        await becomes(() => statusOf(id, name, again), "counted")
      }
      for (const { id } of kinds)
        await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${id}`
      for (const { id, name, tried } of cases) {
        await waitFor("the poll to be closed", async () =>
          ["closed", "final"].includes(String(await stateIn(id))),
        )
        expect(await booth.cast(id, name, tried, undefined, "another2")).toEqual({ kind: "closed" })
      }
    })

    test("tells a voter's vote that stands, if it refuses a second one", async () => {
      await open("known-voters", { policy: "changeable" })
      expect(await booth.standing("known-voters", voter("ann"))).toBeNull()
      for (const option of ["a", "b"]) await booth.castUntilAnswered("known-voters", voter("ann"), option)
      expect(await booth.standing("known-voters", voter("ann"))).toBe(refusesSecondVotes ? "b" : null)
      expect(await booth.standing("known-voters", voter("bob"))).toBeNull()
    })

    test("replaces a vote where votes may change, to another option and back", async () => {
      await open("changes", { policy: "changeable" })
      const answers: AppendAnswer[] = []
      for (const option of ["a", "b", "a", "c"])
        answers.push(await booth.cast("changes", voter("ann"), option))
      expect(answers.map(({ kind }) => kind)).toEqual([accepted, accepted, accepted, accepted])
      await untilCounted("changes", { c: 1 })
      const statuses = await Promise.all(answers.map((answer) => statusOf("changes", voter("ann"), answer)))
      expect(statuses).toEqual(["replaced", "replaced", "replaced", "counted"])
      expect(await booksOf("changes")).toMatchObject({ accepted: 4, counted: 1, replaced: 3, faults: [] })
      // Both are counted at once, and neither is a copy of the vote that stood before.
      for (const option of ["b", "c"]) await booth.cast("changes", voter("ann"), option)
      const kept = { accepted: 6, counted: 1, replaced: 5, copies: 0, faults: [] }
      await becomes(() => booksOf("changes"), expect.objectContaining(kept))
    })

    test("lets the last word of a voter stand, though an older ballot comes after it", async () => {
      await open("overtaken", { policy: "changeable" })
      const cast = async (option: string, replaces: Position | null) => {
        const answer = await booth.castUntilAnswered("overtaken", voter("ann"), option, replaces)
        return { answer, position: "position" in answer ? answer.position : null }
      }
      const castLate = async () => [await cast("b", a.position), await cast("a", null), await cast("b", null)]
      const a = await cast("a", null)
      const b = await cast("b", a.position)
      const c = await cast("c", b.position)
      const overtaken = refusesSecondVotes
        ? { ...c.answer, kind: "changed", option: "c" }
        : { kind: "received" }
      // The first ones are counted together with the vote that stands, and the others after it.
      const late = await castLate()
      await untilCounted("overtaken", { c: 1 })
      late.push(...(await castLate()))
      for (const { answer } of late) {
        expect(answer).toMatchObject(overtaken)
        // Of two that are counted together, one may have taken the other's place first.
        const isCounted = async () =>
          ["late", "replaced"].includes(await statusOf("overtaken", voter("ann"), answer))
        if (!refusesSecondVotes) await becomes(isCounted, true)
      }
      expect(await tally("overtaken")).toEqual({ c: 1 })
      expect(await cast("a", c.position)).toMatchObject({ answer: { kind: accepted } })
      await untilCounted("overtaken", { a: 1 })
    })

    // Redis and NATS refuse such a ballot: tests/promises/6 has Redis's part.
    test.if(!refusesSecondVotes)("lets no ballot that was answered 503 displace a later one", async () => {
      await open("crossed", { policy: "changeable" })
      const proxy = await startTcpProxy(stores(), server.url)
      const slow = await openInboxBooth(stores(), proxy.urlOf(server.url), SHARDS)
      proxy.delay(1_000)
      await expect(slow.cast("crossed", voter("ann"), "b")).rejects.toMatchObject({ perhaps: true })
      const later = await booth.cast("crossed", voter("ann"), "c")
      await untilCounted("crossed", { c: 1 })
      await becomes(async () => (await booksOf("crossed"))?.late, 1)
      expect(await tally("crossed")).toEqual({ c: 1 })
      expect(await statusOf("crossed", voter("ann"), later)).toBe("counted")
    })

    test("lets the later vote stand, whatever the clocks of the vote apps say", async () => {
      await open("clocks", { policy: "changeable" })
      const before = await booth.cast("clocks", voter("ann"), "a")
      await untilCounted("clocks", { a: 1 })
      setSystemTime(Date.now() - 5_000)
      const slow = await openInboxBooth(stores(), server.url, SHARDS)
      const behind = await slow.cast("clocks", voter("ann"), "b").finally(() => setSystemTime())
      await untilCounted("clocks", { b: 1 })
      expect(await statusOf("clocks", voter("ann"), before)).toBe("replaced")
      expect(await statusOf("clocks", voter("ann"), behind)).toBe("counted")
      expect(await booksOf("clocks")).toMatchObject({
        accepted: 2,
        counted: 1,
        replaced: 1,
        late: 0,
        faults: [],
      })
    })

    test("lets exactly one of many votes that come at once stand", async () => {
      await open("race")
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          booth.castUntilAnswered("race", voter("ann"), i % 2 ? "a" : "b"),
        ),
      )
      if (refusesSecondVotes) expect(answers.filter(({ kind }) => kind === "accepted").length).toBe(1)
      await becomes(async () => Object.values(await tally("race")), [1])
    })

    test("keeps books that balance when the same vote comes many times at once", async () => {
      await open("repeated", { policy: "changeable" })
      await open("repeated-final")
      for (const poll of ["repeated", "repeated-final"]) {
        const casts = Array.from({ length: 200 }, (_, i) =>
          booth.castUntilAnswered(poll, voter(`twin ${i % 4}`), "a"),
        )
        await Promise.all(casts)
        await untilCounted(poll, { a: 4 })
        // However often it was written, each was accepted once.
        const kept = { accepted: 4, counted: 4, replaced: 0, late: 0, pending: 0, faults: [] }
        await becomes(() => booksOf(poll), expect.objectContaining(kept))
      }
    })

    test("refuses options and polls that do not exist", async () => {
      await open("known")
      expect(await booth.cast("known", voter("ann"), "z")).toEqual({ kind: "option-unknown" })
      expect(await booth.cast("nowhere", voter("ann"), "a")).toEqual({ kind: "poll-unknown" })
    })

    test("takes nothing while a poll is paused or closed, however often, and counts all that came before", async () => {
      await open("ends")
      const castAll = (from: number, to: number) =>
        Promise.all(
          Array.from({ length: to - from }, (_, i) =>
            booth.castUntilAnswered("ends", voter(`ends ${from + i}`), "a"),
          ),
        )
      const become = async (state: string) => {
        await sql`UPDATE polls SET state = ${state}, revision = revision + 1 WHERE id = 'ends'`
        await waitFor(`the poll to be ${state}`, async () => (await stateIn("ends")) === state)
      }
      await sql`UPDATE room SET final_after = 3600`
      await castAll(0, 10)
      for (const [stopped, from] of [
        ["paused", 10],
        ["closed", 30],
      ] as const) {
        await become(stopped)
        expect(await booth.cast("ends", voter("ends 0"), "b")).toEqual({ kind: stopped })
        await become("open")
        await castAll(from, from + 20)
      }
      // A marker of the first stop that comes so late says nothing of the last stop.
      const [row] = await sql`SELECT number FROM polls WHERE id = 'ends'`
      for (let shard = 0; kind !== "redis" && shard < SHARDS; shard++) {
        await writeGarbage(stores(), server.url, booth, shard, `closing ${row?.number} 1`)
      }
      await sql`UPDATE room SET final_after = 0`
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'ends'`
      // Where all is counted at once, the poll may be final before anybody sees it closed.
      await waitFor("the poll to be closed", async () =>
        ["closed", "final"].includes(String(await stateIn("ends"))),
      )
      expect(await booth.cast("ends", voter("late"), "a")).toEqual({ kind: "closed" })
      await waitFor("the poll to be final", async () => {
        const [row] = await sql`SELECT state FROM polls WHERE id = 'ends'`
        return row?.state === "final"
      })
      expect(await tally("ends")).toEqual({ a: 50 })
      expect(await booksOf("ends")).toMatchObject({ late: 0, setAside: 0, faults: [] })
    })

    test("counts all that it takes of a poll that closes while workers are cut from Redis, and Redis is killed", async () => {
      await open("unheard")
      const taken: string[] = []
      let refused = ""
      const isFinal = async () => {
        const [row] = await sql`SELECT state FROM polls WHERE id = 'unheard'`
        return row?.state === "final"
      }
      const voting = crowd(4, 4, async (one) => {
        for (let i = 0; refused === ""; i++) {
          const name = voter(`unheard ${one} ${i}`)
          const answer = await booth.cast("unheard", name, "a").catch(() => null)
          if (answer?.kind === accepted) taken.push(name)
          else if (answer !== null) refused = answer.kind
          await Bun.sleep(25)
        }
      })
      await waitFor("some votes", () => taken.length > 10)
      const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
      const asOpen = await Promise.all(
        shards.map((shard) => booth.redis.hgetall(keys.poll(shard, "unheard"))),
      )
      link.leadTo(null)
      link.cut()
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'unheard'`
      // Longer than any reading of the poll is used: by then a stop that was only known to Postgres had its marker.
      const end = performance.now() + (kind === "redis" ? 500 : 6_500)
      const before = taken.length
      await waitFor("votes that nobody told of the close", () => performance.now() > end)
      expect(taken.length).toBeGreaterThan(before)
      expect(await isFinal()).toBe(false)
      await stores().redis.kill9()
      await stores().redis.start()
      link.leadTo(stores().redis.workerUrl)
      await voting
      expect(refused).toBe("closed")
      await waitFor("the poll to be final", isFinal)
      const rows = await sql`SELECT voter FROM votes JOIN polls ON number = poll WHERE polls.id = 'unheard'`
      const counted = new Set(rows.map((row) => voterOfUuid(String(row.voter))))
      expect(taken.filter((name) => !counted.has(name))).toEqual([])
      expect(await booksOf("unheard")).toMatchObject({ late: 0, pending: 0, faults: [] })

      // A Redis comes back that is older than the end of the poll, as a backup might be.
      const older = booth.redis.multi()
      for (const shard of shards) {
        older.hset(keys.poll(shard, "unheard"), asOpen[shard] ?? {}).set(keys.fence(shard), "another-process")
      }
      await older.exec()
      await becomes(() => booth.cast("unheard", voter("afterwards"), "a").catch(() => null), {
        kind: "closed",
      })
      const kept = { accepted: counted.size, late: 0, pending: 0, faults: [] }
      await becomes(() => booksOf("unheard"), expect.objectContaining(kept))
    })

    test("lets a voter change a vote only some time after the last change, and takes all others at once", async () => {
      await open("hasty", { policy: "changeable" })
      await open("hasty-codes", { policy: "changeable", eligibility: "code" })
      const hasty = await openInboxBooth(stores(), server.url, SHARDS, 1_000_000, 60_000)
      const cast = async (poll: string, name: string, option: string) => {
        const answer = await hasty.cast(poll, voter(name), option)
        if (answer.kind === "too-soon") expect(answer.waitMs).toBeWithin(1, 60_001)
        return answer.kind
      }
      const again = refusesSecondVotes ? "same" : "received"
      const kinds = []
      for (const [name, option] of ["ann a", "ann b", "bob b", "ann a", "ann c"].map((it) => it.split(" ")))
        kinds.push(await cast("hasty", name ?? "", option ?? ""))
      expect(kinds).toEqual([accepted, "too-soon", accepted, again, "too-soon"])
      // Who has only seen a code must not find out by trying which option stands.
      expect(await cast("hasty-codes", "ann", "a")).toBe(accepted)
      expect([await cast("hasty-codes", "ann", "a"), await cast("hasty-codes", "ann", "b")]).toEqual([
        "too-soon",
        "too-soon",
      ])
      await untilCounted("hasty", { a: 1, b: 1 })
      // Another process lets everybody change at once.
      expect((await booth.cast("hasty", voter("ann"), "c")).kind).toBe(accepted)
      await untilCounted("hasty", { b: 1, c: 1 })
    })

    test.if(kind !== "redis")("takes a ballot that came after the end for no vote", async () => {
      await open("after-end")
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'after-end'`
      const state = async () => (await sql`SELECT state FROM polls WHERE id = 'after-end'`)[0]?.state
      await becomes(state, "final")
      await waitFor("vote to know of it", async () => (await stateIn("after-end")) === "final")
      // As a vote process does that was halted on the way to the broker.
      const late = openPublisher(server.url)
      stores().defer(() => late?.close())
      const poll = await readPollCopy(booth.redis, "after-end")
      if (!late || !poll) throw new Error("there is no poll, or no broker")
      const shard = shardOf(voter("ann"), SHARDS)
      const { stream } = await readShardState(booth.redis, shard)
      const ballot = { shard, pollId: poll.id, poll, voter: voter("ann"), option: "a", terms: termsOf(poll) }
      const append = () => late.append(stream, { ...ballot, pollAskedAt: elapsedNow() }, Date.now(), 0)
      await waitFor("the late ballot to arrive", () => append().catch(() => false))
      await becomes(async () => (await booksOf("after-end"))?.late, 1)
      await becomes(() => booth.cast("after-end", voter("ann"), "a"), { kind: "closed" })
      expect(await tally("after-end")).toEqual({})
    })

    test.if(kind !== "redis")("ends no poll by a stop marker that no worker wrote", async () => {
      await open("forged")
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'forged'`
      const [row] = await sql`SELECT number, stops FROM polls WHERE id = 'forged'`
      const poll = Number(row?.number)
      const forged = encodeStopMarker({ poll, stop: Number(row?.stops) })
      for (let shard = 0; shard < SHARDS; shard++)
        await writeGarbage(stores(), server.url, booth, shard, forged)
      await becomes(async () => (await sql`SELECT state FROM polls WHERE id = 'forged'`)[0]?.state, "final")
      const ends = await sql`SELECT shard, log, closings.seq FROM closings JOIN shards USING (shard)
        WHERE poll = ${poll}`
      expect(ends.length).toBe(SHARDS)
      const admin = await openInboxAdmin(stores(), server.url)
      for (const { log, seq } of ends) {
        const [entry] = (await admin?.reader(log).read({ ms: 0, seq: Number(seq) - 1 }, 1, 1_000)) ?? []
        expect(entry).toMatchObject({ raw: forged, proof: expect.any(String) })
      }
    })

    test("shows final polls and idle tallies again after Redis was emptied, whatever holds the ballots", async () => {
      await open("idle")
      await booth.castUntilAnswered("idle", voter("ann"), "a")
      await becomes(() => booth.redis.exists(keys.tally("idle")), 1)
      await untilCounted("idle", { a: 1 })
      await booth.redis.flushall()
      await becomes(() => stateIn("ends"), "final")
      await becomes(() => booth.redis.exists(keys.tally("idle"), keys.tally("ends")), 2)
      await booth.castUntilAnswered("idle", voter("bob"), "b")
      await untilCounted("idle", { a: 1, b: 1 })
    })

    test("says of a ballot that waits that it is pending, whatever the clocks of the vote apps say", async () => {
      await open("ahead")
      const names = Array.from({ length: 8 }, (_, i) => voter(`ahead ${i}`))
      setSystemTime(Date.now() + 3_600_000)
      const ahead = await openInboxBooth(stores(), server.url, SHARDS)
      const early = names.slice(0, 4).map((name) => ahead.castUntilAnswered("ahead", name, "a"))
      await Promise.all(early).finally(() => setSystemTime())
      await untilCounted("ahead", { a: 4 })
      await worker.stop()
      const late = names.slice(4)
      const answers = await Promise.all(late.map((name) => booth.castUntilAnswered("ahead", name, "b")))
      const fates = () => Promise.all(answers.map((answer, i) => statusOf("ahead", late[i] ?? "", answer)))
      expect(await fates()).toEqual(late.map(() => "pending"))
      worker = await startLinkedWorker()
      await becomes(
        fates,
        late.map(() => "counted"),
      )
    })

    test("refuses past the backlog limit, and loses nothing of what it took", async () => {
      await open("flooded")
      const small = await openInboxBooth(stores(), server.url, SHARDS, 10)
      await worker.stop()
      const kinds = []
      for (let i = 0; i < 60; i++)
        kinds.push((await small.castUntilAnswered("flooded", voter(`f${i}`), "a")).kind)
      const taken = kinds.filter((kind) => kind === accepted).length
      expect(taken).toBe(10 * SHARDS)
      expect(kinds.filter((kind) => kind === "full").length).toBe(60 - taken)
      expect((await booksOf("flooded"))?.pending).toBe(taken)
      worker = await startLinkedWorker()
      await untilCounted("flooded", { a: taken })
    })

    test("makes dead letters of what is no ballot, and counts the rest", async () => {
      await open("garbage")
      for (const text of ["", "garbage", "1 x a 5-5", "closing 0", "🦄".repeat(200)]) {
        await writeGarbage(stores(), server.url, booth, 0, text)
      }
      for (let i = 0; i < 6; i++) await booth.castUntilAnswered("garbage", voter(`g${i}`), "b")
      await untilCounted("garbage", { b: 6 })
      const deadLetters = async () => {
        const [row] = await sql`SELECT count(*)::integer AS n FROM set_aside WHERE reason = 'undecodable'`
        return row?.n
      }
      await becomes(deadLetters, 5)
    })

    test("has nothing counted twice or undone by a worker that slept while another took its lease", async () => {
      await open("ghosts")
      const toPostgres = await startTcpProxy(stores(), stores().database.workerUrl)
      const ghost = await startWorkerProcess(stores(), {
        ...{ DATABASE_URL: toPostgres.urlOf(stores().database.workerUrl), INBOX_SHARDS: String(SHARDS) },
        ...(server.url && { INBOX_URL: server.url }),
      })
      onTestFinished(async () => {
        ghost.app.kill("SIGCONT")
        await ghost.app.stop(10_000)
      })
      const shardsOf = async (isGhosts: boolean) => {
        const rows =
          await sql`SELECT shard FROM shards WHERE (holder <> ${worker.worker.id}) = ${isGhosts} ORDER BY shard`
        return rows.map(({ shard }) => Number(shard))
      }
      const metric = async (name: string) => {
        const text = await (await fetch(`${ghost.managementUrl}/metrics`)).text()
        return Number(new RegExp(`^tallyroom_worker_${name}{.*} (.*)$`, "m").exec(text)?.[1])
      }
      const position = async () => {
        const [row] = await sql`SELECT ms, seq FROM shards WHERE shard = ${haunted}`
        return { ms: Number(row?.ms), seq: Number(row?.seq) }
      }
      const names = Array.from({ length: 200 }, (_, i) => voter(`ghosts ${i}`))
      const castAll = (some: string[]) =>
        Promise.all(some.map((name) => booth.castUntilAnswered("ghosts", name, "a")))
      await becomes(async () => (await shardsOf(true)).length, 1)
      await ghost.app.waitReady()
      const [haunted = -1] = await shardsOf(true)
      const theirs = names.filter((name) => shardOf(name, SHARDS) === haunted)
      await castAll(theirs.slice(0, 1))
      await untilCounted("ghosts", { a: 1 })

      const commits = () => metric("commit_seconds_count")
      await becomes(commits, 1)
      const [late = ""] = theirs.slice(1)
      const held = toPostgres.hold(uuidOfVoter(late))
      await castAll([late])
      await waitFor("the commit to be under way", () => held.isThere())
      ghost.app.kill("SIGSTOP")
      await sql`UPDATE shards SET lease_until = now() - interval '1 second' WHERE shard = ${haunted}`
      await sql`DELETE FROM workers WHERE id <> ${worker.worker.id}`
      await becomes(() => shardsOf(false), [0, 1])
      await castAll(theirs.slice(2))
      await untilCounted("ghosts", { a: theirs.length })
      const before = await position()

      held.letGo()
      ghost.app.kill("SIGCONT")
      await becomes(commits, 2)
      expect(await metric("ballots_counted_total")).toBe(1)
      expect(comparePositions(await position(), before)).toBeGreaterThanOrEqual(0)
      // It has noticed: it takes its share anew, and goes on from where the other one was.
      await becomes(async () => (await shardsOf(true)).length, 1)
      await castAll(names)
      await untilCounted("ghosts", { a: names.length })
      const kept = {
        accepted: names.length,
        counted: names.length,
        recount: names.length,
        late: 0,
        faults: [],
      }
      await becomes(() => booksOf("ghosts"), expect.objectContaining(kept))
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

    test("takes and counts votes again by itself after all links to it fell silent", async () => {
      const { redis } = stores()
      const proxy = await startTcpProxy(stores(), server.url || redis.workerUrl)
      const { urlOf } = proxy
      const behind = server.url
        ? stores()
        : {
            ...stores(),
            redis: { ...redis, workerUrl: urlOf(redis.workerUrl), adminUrl: urlOf(redis.adminUrl) },
          }
      const url = server.url && urlOf(server.url)
      await open("silent")
      await worker.stop()
      worker = await startWorker(behind, SHARDS, url)
      await worker.ready()
      const distant = await openInboxBooth(behind, url, SHARDS)
      await distant.castUntilAnswered("silent", voter("ann"), "a")
      await untilCounted("silent", { a: 1 })
      proxy.silence()
      await distant.castUntilAnswered("silent", voter("bob"), "a")
      await untilCounted("silent", { a: 2 })
      await worker.stop()
      worker = await startLinkedWorker()
      await booth.ready()
    })

    // Redis's part is in tests/promises/6: vote reads polls there, too.
    test.if(kind !== "redis")("takes ballots over a way of 200 ms", async () => {
      await open("far")
      const proxy = await startTcpProxy(stores(), server.url)
      const far = await openInboxBooth(stores(), proxy.urlOf(server.url), SHARDS)
      proxy.delay(100)
      // The first answer may come too late for its voter, and tells how long the way is.
      await far.castUntilAnswered("far", voter("far 0"), "a")
      for (let i = 1; i < 5; i++) expect((await far.cast("far", voter(`far ${i}`), "a")).kind).toBe(accepted)
      await untilCounted("far", { a: 5 })
    })

    test("is reported as silent when it hangs, to voters at once and to the audit", async () => {
      await open("hangs", { policy: "changeable" })
      await booth.ready()
      await worker.stop()
      for (let i = 0; i < 20; i++) await booth.castUntilAnswered("hangs", voter(`h${i}`), "a")
      expect((await booksOf("hangs"))?.pending).toBe(20)
      const auditor = await openInboxAdmin(stores(), server.url)
      server.freeze()
      const start = performance.now()
      await expect(booth.cast("hangs", voter("ann"), "a")).rejects.toBeInstanceOf(InboxAway)
      if (kind !== "redis") expect(performance.now() - start).toBeLessThan(1_000) // the booth reads polls from Redis too
      if (auditor) await expect(auditPolls(sql, auditor)).rejects.toThrow("did not answer")
      server.thaw()
      worker = await startLinkedWorker()
      await booth.castUntilAnswered("hangs", voter("ann"), "a")
      await untilCounted("hangs", { a: 21 })
    })

    test(
      `counts a flood of ${BALLOTS} exactly once, killed and restarted in its midst`,
      async () => {
        await open("flood")
        let answered = 0
        const options = new Map<string, string>()
        const killing = (async () => {
          for (const part of [0.3, 0.6]) {
            await waitFor("part of the flood", () => answered >= BALLOTS * part, 60_000)
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
        await killing
        const b = Math.ceil(BALLOTS / 3)
        await untilCounted("flood", { a: BALLOTS - b, b })
        const kept = { counted: BALLOTS, recount: BALLOTS, pending: 0, lost: 0, faults: [] }
        // A ballot that was sent again after a kill may still lie in another shard.
        await becomes(() => booksOf("flood"), expect.objectContaining(kept))
        const rows =
          await sql`SELECT voter, option FROM votes JOIN polls ON number = poll WHERE polls.id = 'flood'`
        const wrong = rows.filter(({ voter, option }) => options.get(voterOfUuid(voter)) !== option)
        expect(wrong).toEqual([])
      },
      START_MS,
    )

    test("counts all that it accepts after it came back without its end", async () => {
      await open("short")
      const cast = (option: string, count: number) =>
        crowd(count, 50, async (i) => {
          const { kind } = await booth.castUntilAnswered("short", voter(`${option} ${i}`), option)
          expect([accepted, "same"]).toContain(kind)
        })
      await cast("a", 50)
      await untilCounted("short", { a: 50 })
      await server.save()
      await cast("b", 50)
      await untilCounted("short", { a: 50, b: 50 })
      await server.setBack()
      await cast("c", 300)
      await untilCounted("short", { a: 50, b: 50, c: 300 })
      await becomes(async () => (await booksOf("short"))?.faults, [])
      if (refusesSecondVotes)
        expect(await booth.castUntilAnswered("short", voter("b 3"), "a")).toMatchObject({
          kind: "stands",
          option: "b",
        })
    })

    test("knows who has voted after everything in it was wiped", async () => {
      await open("wiped")
      await booth.castUntilAnswered("wiped", voter("ann"), "a")
      await untilCounted("wiped", { a: 1 })
      await worker.stop()
      const gone = await booth.castUntilAnswered("wiped", voter("gone"), "a")
      expect(await statusOf("wiped", voter("gone"), gone)).toBe("pending")
      await server.wipe()
      worker = await startLinkedWorker()
      await waitFor(
        "the inbox to be open again",
        () =>
          booth.cast("wiped", voter("new"), "c").then(
            ({ kind }) => kind !== "poll-unknown",
            () => false,
          ),
        40_000,
      )
      const second = await booth.castUntilAnswered("wiped", voter("ann"), "b")
      expect(second.kind).toBe(refusesSecondVotes ? "stands" : "received")
      await booth.castUntilAnswered("wiped", voter("bob"), "b")
      await untilCounted("wiped", { a: 1, b: 1, c: 1 })
      await becomes(() => statusOf("wiped", voter("gone"), gone), "lost")
      await booth.castUntilAnswered("wiped", voter("gone"), "a")
      await untilCounted("wiped", { a: 2, b: 1, c: 1 })
      expect(await statusOf("wiped", voter("gone"), gone)).toBe("lost")
      // Another shard may have no stream yet.
      await becomes(async () => (await booksOf("wiped").catch(() => null))?.faults, [])
      // A Redis that is wiped while no worker runs takes with it what it had accepted; a broker's answers are counted in Redis.
      const lost = kind === "redis" ? 0 : 1
      expect(await booksOf("wiped")).toMatchObject({ lost, lostAtLeast: true })
    })
  })
}
