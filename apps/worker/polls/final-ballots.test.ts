/** The ballots of final polls are counted by what they say, once and for good. */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { quiet, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { makePoll, openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { openTables } from "../../result/testing/result"
import { countFinalBallots } from "./final-ballots"
import { PollBook } from "./poll-book"

const stores = useStores()
const ANY = { method: "choose", min: 1, max: "all", abstain: true } as const

test("once a poll is final a worker counts which ballots say the same, each voter's last one, and no abstention", async () => {
  const { sql, ready } = await startWorker(stores())
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
  const profile = async () => (await sql`SELECT profile FROM profiles`)[0]?.profile
  expect(await profile()).toBeUndefined()
  await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'cast'`
  const counted = await waitFor("the profile", profile)
  expect(String(counted).split("\n").sort()).toEqual(["AB 2", "C 2"])
  await sql`UPDATE polls SET deleting_at = now(), revision = revision + 1 WHERE id = 'cast'`
  await waitFor("the profile to be gone", async () => (await profile()) === undefined)
})

test("ballots are counted of final polls whose tally does not have them whole, and of none twice", async () => {
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
  expect((await countFinalBallots(sql, polls, open, settled)).sort()).toEqual(["any", "rate"])
  expect(await countFinalBallots(sql, polls, open, settled)).toEqual([])
  await polls.refresh()
  expect(await countFinalBallots(sql, polls, open, settled)).toEqual([])
  expect(opened).toBe(1)
})
