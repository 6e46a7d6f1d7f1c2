/** A stream of NATS that its operator empties while ballots wait in it, and what becomes of streams that nobody uses. */

import { beforeAll, expect, test } from "bun:test"
import { comparePositions, type Position } from "@tallyroom/lib/ballots/ballot"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { openPublisher } from "@tallyroom/lib/inbox/brokers"
import { InboxAway, termsOf } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import { BALLOT_ID_BASE, encodeBallotEntry, encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { readShardState, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { createLog } from "@tallyroom/lib/process/logging"
import { examplePoll } from "../../apps/vote/testing/vote"
import { auditPolls } from "../../apps/worker/audit/audit"
import { recordStop } from "../../apps/worker/polls/poll-steps"
import { type InboxBooth, openInboxBooth } from "../../scripts/services/apps/inbox-booth"
import { crowd } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { type InboxServer, startInboxServer } from "../../scripts/services/stores/inbox-server"
import { askJetStream } from "../../scripts/services/stores/nats-api"
import { becomes } from "../harness/becomes"
import { openInboxAdmin } from "../harness/inbox-admin"
import { useStores } from "../harness/stores"
import { makePoll, voter } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const SHARDS = 1
const stores = useStores()
let server: InboxServer
let worker: Awaited<ReturnType<typeof startWorker>>
let booth: InboxBooth
let sql: Database

beforeAll(async () => {
  server = await startInboxServer("nats", stores())
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  worker = await startWorker(stores(), SHARDS, server.url)
  booth = await openInboxBooth(stores(), server.url, SHARDS)
})

const castAll = async (names: string[], option: string) => {
  const answers = []
  for (const name of names) answers.push(await booth.castUntilAnswered(POLL, voter(name), option))
  return answers.map(({ kind }) => kind)
}
const names = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what} ${i}`)
const books = async () =>
  (await auditPolls(sql, (await openInboxAdmin(stores(), server.url)) ?? booth.redis))[0]
const streamInUse = async () => (await readShardState(booth.redis, 0)).stream
const countLosses = async () => (await sql`SELECT count(*)::integer AS losses FROM inbox_losses`)[0]?.losses
const streamsAtNats = async () =>
  ((await askJetStream(server.url, "STREAM.NAMES")).streams as string[]).map((name) =>
    name.replace("tallyroom-", ""),
  )

test("a stream that is emptied while ballots wait is no whole one: who voted is known, what comes after is counted", async () => {
  const counted = names("counted", 20)
  await castAll(counted, "a")
  await becomes(async () => (await books())?.counted, 20)
  await worker.stop()
  await castAll(names("waiting", 30), "a")
  const emptied = await streamInUse()
  expect(await askJetStream(server.url, `STREAM.PURGE.tallyroom-${emptied}`)).toMatchObject({ success: true })
  await castAll(names("after", 5), "b")
  worker = await startWorker(stores(), SHARDS, server.url)
  await worker.ready()
  expect(await castAll(counted, "b")).toEqual(counted.map(() => "stands"))
  expect(await castAll(names("waiting", 30), "b")).toEqual(names("waiting", 30).map(() => "accepted"))
  await becomes(
    books,
    expect.objectContaining({
      accepted: 85,
      counted: 55,
      lost: 30,
      pending: 0,
      lostAtLeast: true,
      faults: [],
    }),
  )
  expect(await streamInUse()).not.toBe(emptied)
})

test("a stream that is emptied while it is counted is noticed, too, and votes of before stand", async () => {
  const before = await streamInUse()
  const { counted = 0 } = (await books()) ?? {}
  await askJetStream(server.url, `STREAM.PURGE.tallyroom-${before}`)
  // What is taken from now on counts, whichever stream it goes into.
  let isReplaced = false
  let taken = 0
  const voting = crowd(4, 4, async (one) => {
    for (let i = 0; !isReplaced; i++) {
      const [kind = ""] = await castAll([`meanwhile ${one} ${i}`], "a")
      expect(["accepted", "same"]).toContain(kind)
      taken++
    }
  })
  await becomes(async () => (await streamInUse().catch(() => before)) !== before, true)
  isReplaced = true
  await voting
  await becomes(async () => ((await books())?.counted ?? 0) - counted, taken)
  expect(await castAll(["counted 0", "after 0"], "b")).toEqual(["stands", "same"])
})

test("a ballot that stands in the stream once more displaces no newer vote of its voter", async () => {
  await makePoll(sql, "again", { policy: "changeable" })
  await becomes(() => booth.redis.exists(keys.poll(0, "again")), 1)
  const admin = await openInboxAdmin(stores(), server.url)
  const castOne = async (option: string) => {
    const answer = await booth.castUntilAnswered("again", voter("undecided"), option)
    if (answer.kind !== "accepted") throw new Error(`The ballot is ${answer.kind}.`)
    return answer.position
  }
  const first = await castOne("a")
  const second = await castOne("b")
  const [row] = await sql`SELECT number FROM polls WHERE id = 'again'`
  const ballot = { poll: Number(row?.number), voter: voter("undecided"), option: "a" }
  await admin?.append(await streamInUse(), [{ text: encodeBallotEntry(ballot, first) }])
  const counted = async () =>
    (await auditPolls(sql, (await openInboxAdmin(stores(), server.url)) ?? booth.redis)).find(
      ({ poll: id }) => id === "again",
    )
  await becomes(
    counted,
    expect.objectContaining({ counted: 1, replaced: 1, late: 1, pending: 0, faults: [] }),
  )
  // An older copy of the vote that stands is one with it in the books.
  const olderCopy = { ...second, ms: second.ms - 1 }
  const text = encodeBallotEntry({ ...ballot, option: "b" }, olderCopy)
  await admin?.append(await streamInUse(), [{ text }])
  const copiesAside = async () => {
    const rows =
      await sql`SELECT ms::float8 FROM set_aside WHERE poll = ${ballot.poll} AND seq = ${second.seq}`
    return rows.map(({ ms }) => ms)
  }
  await becomes(copiesAside, [olderCopy.ms])
  expect(await counted()).toMatchObject({ counted: 1, replaced: 1, late: 1, pending: 0, faults: [] })
  expect(await sql`SELECT option FROM votes WHERE poll = ${ballot.poll}`).toMatchObject([{ option: "b" }])
})

test("forged moments of ballots leave positions exact, and the chart of their poll as long as the poll", async () => {
  await makePoll(sql, "moments", { policy: "changeable" })
  await becomes(() => booth.redis.exists(keys.poll(0, "moments")), 1)
  const admin = await openInboxAdmin(stores(), server.url)
  const [row] = await sql`SELECT number FROM polls WHERE id = 'moments'`
  const poll = Number(row?.number)
  const forged = [1, 2 ** 47, Number.MAX_SAFE_INTEGER].map((ms, i) => ({
    text: encodeBallotEntry(
      { poll, voter: voter(`forged ${i}`), option: "a" },
      { ms, seq: BALLOT_ID_BASE + i },
    ),
  }))
  await admin?.append(await streamInUse(), forged)
  await booth.castUntilAnswered("moments", voter("honest"), "a")
  const inSpan = async () => {
    const [found] = await sql`
      SELECT sum(votes)::integer AS votes, bool_and(second BETWEEN extract(epoch FROM created_at)::bigint
        AND extract(epoch FROM now())) AS fits FROM timeline JOIN polls ON number = poll WHERE poll = ${poll}`
    return found
  }
  await becomes(inSpan, { votes: 3, fits: true })
  expect(
    await sql`SELECT reason FROM set_aside WHERE raw LIKE ${`%${Number.MAX_SAFE_INTEGER}%`}`,
  ).toMatchObject([{ reason: "undecodable" }])
})

test("a replaced stream stays for a day, and none stays that never came into use", async () => {
  const inUse = await streamInUse()
  const all = await streamsAtNats()
  expect(all).toContain(inUse)
  expect(all.length).toBe(3) // the two that were emptied, too
  const admin = await openInboxAdmin(stores(), server.url)
  await sql`INSERT INTO streams (name, shard, made_at) VALUES ('unused', 0, now() - interval '11 minutes')`
  await admin?.create("unused")
  await sql`UPDATE streams SET replaced_at = replaced_at - interval '25 hours'`
  await worker.stop()
  worker = await startWorker(stores(), SHARDS, server.url)
  await becomes(streamsAtNats, [inUse])
  await becomes(async () => (await sql`SELECT name FROM streams`).map(({ name }) => name), [inUse])
})

test("a stream that can't be filled is not left behind", async () => {
  await worker.stop()
  const inUse = await streamInUse()
  await askJetStream(server.url, `STREAM.PURGE.tallyroom-${inUse}`)
  // Who voted can't be read, so no new stream is ever whole.
  await sql`ALTER TABLE votes RENAME TO votes_away`
  const logged: string[] = []
  const log = createLog("test", "error", { write: (line) => void logged.push(line) })
  worker = await startWorker(stores(), SHARDS, server.url, 1, 0, null, log)
  const tries = async () => Number((await sql`SELECT epoch FROM shards`)[0]?.epoch)
  const [losses, triedBefore] = [await countLosses(), await tries()]
  await becomes(async () => (await tries()) >= triedBefore + 4, true)
  await worker.stop()
  expect(logged.filter((line) => line.includes("the broker lost a stream"))).toHaveLength(1)
  expect(await countLosses()).toBe(losses + 1)
  expect(await streamsAtNats()).toEqual([inUse])
  await sql`ALTER TABLE votes_away RENAME TO votes`
  worker = await startWorker(stores(), SHARDS, server.url)
  await worker.ready()
  expect(await castAll(["counted 0"], "b")).toEqual(["stands"])
})

test("a poll whose end is known becomes final, though its stream is lost and no clock gets on", async () => {
  await makePoll(sql, "ended", { state: "closed" })
  const [poll] = await sql`SELECT number, stops FROM polls WHERE id = 'ended'`
  await worker.stop()
  // As where the stream was begun while Redis's clock was ahead: all positions have the same ms.
  const [at] = await sql`UPDATE shards SET ms = ms + 86_400_000, seq = 5_000 RETURNING ms::float, seq`
  await recordStop(sql, { poll: poll?.number, stop: poll?.stops }, 0, { ms: at?.ms, seq: at?.seq + 1 })
  await askJetStream(server.url, `STREAM.DELETE.tallyroom-${await streamInUse()}`)
  await sql`UPDATE polls SET closed_at = now() - interval '1 hour' WHERE id = 'ended'`
  worker = await startWorker(stores(), SHARDS, server.url)
  await becomes(async () => (await sql`SELECT state FROM polls WHERE id = 'ended'`)[0]?.state, "final")
})

test("what came after the end of its poll is no vote that stands, until a worker has read it", async () => {
  const admin = await openInboxAdmin(stores(), server.url)
  const publisher = openPublisher(server.url)
  stores().defer(() => publisher?.close())
  if (!admin || !publisher) throw new Error("there is no broker")
  await becomes(async () => publisher.problem(), null)
  // A shard that no worker reads.
  const [shard, stream] = [SHARDS, "late"]
  await admin.create(stream)
  const open = examplePoll({ stops: 0 })
  const closed = examplePoll({ state: "closed", stops: 1 })
  const ballotOf = (name: string, poll: Poll) => ({
    ...{ shard, pollId: poll.id, poll, pollAskedAt: elapsedNow() },
    ...{ voter: voter(name), option: "a", terms: termsOf(poll) },
  })
  const take = (name: string) => publisher.append(stream, ballotOf(name, open), Date.now(), 0)
  const before = await take("before")
  const marker = { poll: closed.number, stop: closed.stops }
  await admin.append(stream, [{ text: encodeStopMarker(marker), stop: marker }])
  const after = await take("after")

  const appender = new StreamAppender(booth.redis, publisher, 100)
  const cast = (name: string) => appender.append(ballotOf(name, closed))
  const tell = (settled: number) => {
    const verifiedAt = Date.now() + 60_000
    return writeShardState(booth.redis, shard, { stream, waiting: 0, turn: settled, verifiedAt, settled })
  }
  await tell(1)
  expect(await cast("before")).toEqual({ ...before, kind: "same" } as typeof before)
  await expect(cast("after")).rejects.toMatchObject({ name: "InboxAway", perhaps: true })
  await expect(appender.standing({ shard, poll: closed, voter: voter("after") })).rejects.toBeInstanceOf(
    InboxAway,
  )
  // It was read while the poll was not final, and so counts.
  await tell(4)
  await becomes(() => cast("after").catch(() => null), { ...after, kind: "same" } as typeof after)
  // It was read later, and so was forgotten.
  await admin.forgetBallots(stream, [{ ms: 0, seq: 4 }])
  expect(await cast("after")).toEqual({ kind: "closed" })
})

test("a server that lags behind tells nobody that an older vote is the one that was sent", async () => {
  const admin = await openInboxAdmin(stores(), server.url)
  const publisher = openPublisher(server.url)
  stores().defer(() => publisher?.close())
  if (!admin || !publisher) throw new Error("there is no broker")
  await becomes(async () => publisher.problem(), null)
  const stream = "lagging"
  await admin.create(stream)
  const poll = examplePoll({ policy: "changeable" })
  const take = async (replaces: Position | null) => {
    const ballot = { shard: SHARDS, pollId: poll.id, poll, pollAskedAt: elapsedNow(), option: "a", replaces }
    const terms = termsOf(poll)
    const answer = await publisher.append(stream, { ...ballot, voter: voter("ann"), terms }, Date.now(), 0)
    if (!("position" in answer)) throw new Error(`answered ${answer.kind}`)
    return answer
  }
  const { position: first } = await take(null)
  expect(await take(first)).toEqual({ kind: "same", position: first })
  // What its voter was told of, and NATS does not show.
  const newer = { ms: first.ms + 60_000, seq: first.seq }
  const { kind, position: anew } = await take(newer)
  expect(kind).toBe("accepted")
  expect(comparePositions(anew, newer)).toBeGreaterThan(0)
  expect(await take(newer)).toEqual({ kind: "same", position: anew })
})
