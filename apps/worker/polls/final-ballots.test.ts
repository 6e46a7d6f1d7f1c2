/** The ballots of final polls are counted by what they say, once and for good. */

import { expect, test } from "bun:test"
import { PLACES } from "@tallyroom/lib/ballots/choice"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { quiet, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { writeBallotFiles } from "../../../tests/harness/ballot-files"
import { useStores } from "../../../tests/harness/stores"
import { makePoll, openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { openTables } from "../../result/testing/result"
import { countFinalBallots } from "./final-ballots"
import { PollBook } from "./poll-book"

const stores = useStores()
const ANY = { method: "choose", min: 1, max: "all", abstain: true } as const

test("once a poll is final a worker counts which ballots say the same, each voter's last one, and no abstention", async () => {
  const { sql, ready, stop } = await startWorker(stores())
  await ready()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "cast", { ballot: ANY, policy: "changeable" })
  const ballots = ["AB", "AB", "C", "AC", "-"]
  for (const [i, says] of ballots.entries()) await booth.cast("cast", voter(`cast${i}`), says)
  await waitFor("the ballots to be counted", async () => {
    const [row] = await sql`SELECT count(*) AS votes FROM votes`
    return row?.votes === ballots.length
  })
  await booth.cast("cast", voter("cast3"), "C")
  const file = async () => (await sql`SELECT lines, texts, ballots FROM ballot_files`)[0]
  expect(await file()).toBeUndefined()
  await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'cast'`
  const written = await waitFor("the file", file)
  expect(written).toEqual({ lines: "2: {1,2},3\n2: 3,{1,2}\n", texts: 2, ballots: 4 })
  await sql`UPDATE polls SET deleting_at = now(), revision = revision + 1 WHERE id = 'cast'`
  await waitFor("the file to be gone", async () => (await file()) === undefined)
  await stop()
})

test("the ballots of final polls are counted where results do not say all of them, and none twice", async () => {
  const sql = await openTables(stores())
  const ids = {
    any: ANY,
    rate: { method: "rate", highest: 5, abstain: false },
    rank: { method: "rank", max: "all", abstain: false },
    decide: { method: "decide", abstain: false },
  } as const satisfies Record<string, BallotMethod>
  for (const [id, ballot] of Object.entries(ids)) await makePoll(sql, id, { ballot, state: "draft" })
  await makePoll(sql, "one", { state: "draft" })
  const decision = { rule: "star", seats: 1, quorum: 0 } as const
  await makePoll(sql, "star", { ballot: ids.rate, decision, state: "draft" })
  await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE state = 'draft'`
  const polls = new PollBook(sql, quiet)
  await polls.refresh()
  let opened = 0
  const open = () => {
    opened++
    return openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  }
  const settled = new WeakSet<PlacedPoll>()
  const { signal: running } = new AbortController()
  expect((await countFinalBallots(sql, polls, open, running, settled)).sort()).toEqual([
    "any",
    "rank",
    "rate",
    "star",
  ])
  expect(await countFinalBallots(sql, polls, open, running, settled)).toEqual([])
  await polls.refresh()
  expect(await countFinalBallots(sql, polls, open, running, settled)).toEqual([])
  expect(opened).toBe(1)
})

/** Final polls that choose several, of which nobody has counted the ballots. */
async function finalPolls(ids: string[]) {
  const sql = await openTables(stores())
  for (const id of ids) await makePoll(sql, id, { ballot: ANY, state: "draft" })
  await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE state = 'draft'`
  const polls = new PollBook(sql, quiet)
  await polls.refresh()
  const slow = { name: "test-slow", connections: 1, answerMs: 60_000 }
  const open = () => openDatabase(stores().database.workerUrl, slow)
  const settled = new WeakSet<PlacedPoll>()
  const stopping = new AbortController()
  const count = () => countFinalBallots(sql, polls, open, stopping.signal, settled)
  const idOf = new Map(
    (await sql`SELECT number, id FROM polls`).map(({ number, id }) => [number, String(id)]),
  )
  const files = async () => {
    const rows = await sql`SELECT poll FROM ballot_files ORDER BY poll`
    return rows.map(({ poll }) => idOf.get(poll) ?? "").filter((id) => ids.includes(id))
  }
  return { sql, count, files, stopping }
}

/** Lets nobody write the ballots of a poll, until it is let go again. */
async function holding(sql: Database, id: string) {
  const holder = await sql.reserve()
  await holder`BEGIN`
  await holder`
    INSERT INTO ballot_files (poll, part, lines, texts, ballots) SELECT number, 0, '', 0, 0 FROM polls WHERE id = ${id}`
  return {
    untilWaitedFor: () =>
      waitFor("somebody to wait", async () => {
        const rows = await sql`
          SELECT FROM pg_stat_activity WHERE application_name LIKE '%test-slow%' AND wait_event_type = 'Lock'`
        return rows.length > 0
      }),
    async letGo() {
      await holder`ROLLBACK`
      holder.release()
    },
  }
}

test("a poll that is deleted while its ballots are counted leaves nothing of them", async () => {
  const { sql, count, files } = await finalPolls(["goes"])
  const held = await holding(sql, "goes")
  const counting = count()
  await held.untilWaitedFor()
  await sql`DELETE FROM polls WHERE id = 'goes'`
  await held.letGo()
  expect(await counting).toEqual([])
  expect(await files()).toEqual([])
})

test("a poll whose ballots can't be counted keeps no other one from it, and is tried again", async () => {
  const { sql, count, files } = await finalPolls(["p1", "p2", "p3"])
  const [row] = await sql`SELECT number FROM polls WHERE id = 'p1'`
  await sql.unsafe(`ALTER TABLE ballot_files ADD CONSTRAINT full_disk CHECK (poll <> ${Number(row?.number)})`)
  expect(await count().catch(({ constraint_name }) => constraint_name)).toBe("full_disk")
  expect(await files()).toEqual(["p2", "p3"])
  await sql`ALTER TABLE ballot_files DROP CONSTRAINT full_disk`
  expect(await count()).toEqual(["p1"])
})

test("a worker that stops does not wait until the ballots of a large poll are counted", async () => {
  const { sql, count, files, stopping } = await finalPolls(["large"])
  const held = await holding(sql, "large")
  const counting = count()
  await held.untilWaitedFor()
  stopping.abort()
  expect(await counting).toEqual([])
  await held.letGo()
  expect(await files()).toEqual([])
})

test("a file of many ballots has parts of some 64 KiB, the most frequent text first and equals in their order", async () => {
  const options = Array.from({ length: 50 }, (_, i) => ({
    id: `o${String(i).padStart(2, "0")}`,
    label: `${i}`,
  }))
  const sql = await openTables(stores())
  await makePoll(sql, "long", {
    ballot: { method: "rank", max: "all", abstain: true },
    options,
    state: "draft",
  })
  const [row] =
    await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE id = 'long' RETURNING number`
  const number = Number(row?.number)
  // Any two places swapped, and those of one text counted in two shards.
  await sql`
    INSERT INTO marks (poll, shard, mark, votes, whole)
    SELECT ${number}, shard, left(places, i) || right(places, 50 - j) || substr(places, i + 1, j - i), 1, true
    FROM (SELECT ${PLACES} AS places) AS all_places, generate_series(0, 48) AS i, generate_series(0, 49) AS j, generate_series(0, 1) AS shard
    WHERE i < j AND (shard = 0 OR j = 49)`
  expect(await writeBallotFiles(stores())).toContain("long")
  const parts =
    await sql`SELECT part, lines, texts, ballots FROM ballot_files WHERE poll = ${number} ORDER BY part`
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.map(({ part }) => part)).toEqual(parts.map((_, i) => i))
  for (const { lines, texts, ballots } of parts) {
    const said = String(lines).trimEnd().split("\n")
    expect(lines.length).toBeLessThan(66_000)
    expect(said.length).toBe(texts)
    expect(said.reduce((sum, line) => sum + Number.parseInt(line, 10), 0)).toBe(ballots)
  }
  const lines = parts
    .map(({ lines }) => String(lines))
    .join("")
    .trimEnd()
    .split("\n")
  expect(new Set(lines.map((line) => line.split(": ")[1])).size).toBe(lines.length)
  const counts = lines.map((line) => Number.parseInt(line, 10))
  expect(counts).toEqual(counts.toSorted((a, b) => b - a))
})
