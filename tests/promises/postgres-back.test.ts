/** A Postgres that goes back to what it was: a backup is put back while a worker counts. */

import { beforeAll, expect, test } from "bun:test"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { AppendAnswer } from "@tallyroom/lib/inbox/contract"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { receiptStatus } from "../../apps/result/receipt/receipt-status"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { takeBackup } from "../harness/backup"
import { becomes } from "../harness/becomes"
import { KIND_NAMES, KINDS, tallyBy, tallyIn } from "../harness/kinds"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"
import {
  type Booth,
  booksOf as booksOfPoll,
  castAll as castAllIn,
  inEveryShard,
  makePoll,
  openBooth,
  openPoll,
  voters,
} from "../harness/tallyroom"

const stores = useStores()
let sql: Database
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
  at = await startWorker(stores())
  booth = await openBooth(stores())
  await at.ready()
})

const castAll = (poll: string, voters: string[], option: string) => castAllIn(booth, poll, voters, option)
const booksOf = (id: string) => booksOfPoll(sql, booth.redis, id)
const counted = (id: string, n: number) => becomes(async () => (await booksOf(id))?.counted, n)
const countingAgain = () => becomes(() => at.worker.readiness(), {})

async function fatesOf(id: string, voters: string[], answers: AppendAnswer[]): Promise<string[]> {
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
  const poll = readPollRow(row ?? {})
  if (!poll) throw new Error(`there is no poll ${id}`)
  return Promise.all(
    answers.map(async (answer, i) => {
      if (!("position" in answer)) throw new Error(`there is no receipt for ${answer.kind}`)
      const who = voters[i] ?? ""
      const receipt = { shard: shardOf(who, SHARDS), position: answer.position, voter: who }
      return (await receiptStatus(sql, poll, writeReceipt(poll.salt, receipt))).status
    }),
  )
}

test("is noticed at once: what it lost is booked exactly, receipts say so, and those voters may vote again", async () => {
  const kinds = KIND_NAMES.filter((kind) => kind !== "one")
  await openPoll(sql, booth.redis, "back")
  for (const kind of kinds) await openPoll(sql, booth.redis, kind, KINDS[kind].asked)
  const castInEach = async (voters: string[], nth: 1 | 2 | 3) => {
    for (const kind of kinds) await castAll(kind, voters, KINDS[kind].texts[nth])
  }
  const [early, late] = [voters("early", 40), voters("late", 60)]
  const earlyAnswers = await castAll("back", early, "a")
  await castInEach(early, 1)
  for (const id of ["back", ...kinds]) await counted(id, 40)
  const backup = await takeBackup(sql)
  const lateAnswers = await castAll("back", late, "a")
  await castInEach(late, 2)
  for (const id of ["back", ...kinds]) await counted(id, 100)
  await openPoll(sql, booth.redis, "younger")
  await castAll("younger", voters("y", 5), "a")
  await counted("younger", 5)

  await backup.restore()
  const books = { accepted: 100, counted: 40, lost: 60, pending: 0, lostAtLeast: false, faults: [] }
  for (const id of ["back", ...kinds]) await becomes(() => booksOf(id), expect.objectContaining(books))
  await countingAgain()
  expect(new Set(await fatesOf("back", early, earlyAnswers))).toEqual(new Set(["counted"]))
  expect(new Set(await fatesOf("back", late, lateAnswers))).toEqual(new Set(["lost"]))
  const setbacks =
    await sql`SELECT sum(lost)::integer AS lost, bool_and(mended_at IS NOT NULL) AS mended FROM setbacks`
  expect([...setbacks]).toEqual([{ lost: 60 * (1 + kinds.length), mended: true }])

  expect((await castAll("back", early, "b")).map(({ kind }) => kind)).toEqual(early.map(() => "stands"))
  expect((await castAll("back", late, "b")).map(({ kind }) => kind)).toEqual(late.map(() => "accepted"))
  await counted("back", 100)
  await castInEach(late, 3)
  for (const kind of kinds) {
    await counted(kind, 100)
    const { texts } = KINDS[kind]
    expect(await tallyIn(sql, kind)).toEqual(
      tallyBy(kind, [...early.map(() => texts[1]), ...late.map(() => texts[3])]),
    )
  }
  const { redis, database } = stores()
  const env = { REDIS_URL: redis.workerUrl, DATABASE_URL: database.workerUrl }
  const { out } = await outputOfScript("scripts/data/audit.ts", ["--poll", "back"], env)
  expect(out).toContain("60 accepted ballots were lost")
  expect(out).toContain("Postgres went back")
})

test("polls that it does not know take no votes, and no ballot of theirs counts for a poll made since", async () => {
  const backup = await takeBackup(sql)
  await openPoll(sql, booth.redis, "vanished")
  await castAll("vanished", voters("v", 8), "a")
  await counted("vanished", 8)
  await at.stop()
  await castAll("vanished", voters("pending", 8), "a")
  await backup.restore()
  // As after a backup that is older than any lease.
  await sql`UPDATE shards SET lease_until = now()`
  await sql`DELETE FROM workers`
  await makePoll(sql, "since")
  at = await startWorker(stores())
  await at.ready()
  await inEveryShard(booth.redis, "since")
  expect((await castAll("vanished", voters("more", 8), "a")).map(({ kind }) => kind)).toEqual(
    voters("more", 8).map(() => "poll-unknown"),
  )
  await castAll("since", voters("s", 8), "b")
  await counted("since", 8)
  expect(await booksOf("since")).toMatchObject({ accepted: 8, late: 0, setAside: 0, lost: 0, faults: [] })
  const [row] = await sql`SELECT count(*)::integer AS n FROM set_aside WHERE reason = 'poll-unknown'`
  expect(row).toEqual({ n: 8 })
})

test("with a role that does not wait for the disk, worker and result ask for it themselves", async () => {
  const { adminUrl, workerUrl, resultUrl } = stores().database
  const admin = openDatabase(adminUrl, { name: "test", connections: 1 })
  const role = async (value: string) => {
    for (const name of ["tallyroom_worker", "tallyroom_result"])
      await admin.unsafe(`ALTER ROLE ${name} IN DATABASE ${new URL(adminUrl).pathname.slice(1)} ${value}`)
  }
  await role("SET synchronous_commit = off")
  try {
    for (const url of [workerUrl, resultUrl]) {
      const asked = openDatabase(url, { name: "test", connections: 1, answerMs: 5_000 })
      const [row] = await asked`SHOW synchronous_commit`
      await asked.end({ timeout: 1 })
      expect(row).toEqual({ synchronous_commit: "on" })
    }
  } finally {
    await role("RESET synchronous_commit")
    await admin.end({ timeout: 1 })
  }
})
