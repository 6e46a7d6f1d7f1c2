/** The thread that decides polls: what becomes of whoever asks when it, or Postgres, does not answer. */

import { expect, test } from "bun:test"
import { openTables } from "../../apps/result/testing/result"
import { waitFor } from "../../scripts/services/wait"
import { addRankings } from "../../tests/harness/rankings"
import { useStores } from "../../tests/harness/stores"
import { makePoll } from "../../tests/harness/tallyroom"
import { Decider, type DeciderOptions, Undecided } from "./decider"

const stores = useStores()
const RANK = { method: "rank", max: "all", abstain: true } as const

/** A decider with the rights of result, and what it logged. */
function open(more: Partial<DeciderOptions> = {}) {
  const { database, defer } = stores()
  const said: string[] = []
  const log = { warn: (...words: unknown[]) => void said.push(words.map(String).join(" ")) }
  const decider = new Decider({ databaseUrl: database.resultUrl, name: "test-outcomes", log, ...more })
  defer(() => decider.stop())
  return { decider, said }
}

test("a poll is decided by its profile of all shards, with the version of that moment; one that ranks nothing is not", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "runoff", { ballot: RANK })
  await makePoll(sql, "choose")
  await addRankings(sql, "runoff", { ABC: 4, BCA: 3, CBA: 2, "-": 1 })
  const numbers = await sql`SELECT number FROM polls WHERE id IN ('runoff', 'choose') ORDER BY id DESC`
  const [runoff, choose] = numbers.map(({ number }) => Number(number))
  const { decider } = open()
  expect(await decider.decide(runoff ?? 0)).toMatchObject({
    tally: { total: 10, abstained: 1, votes: { a: 4, b: 3, c: 2 }, poll: { id: "runoff" } },
    outcome: { rule: "irv", winners: ["b"], ballots: 10 },
    isStored: false,
  })
  expect(await decider.decide(choose ?? 0)).toBeNull()
  expect(await decider.decide(2_000_000_000)).toBeNull()
})

test("whoever waits for a Postgres that does not answer is told in time, once in the log, and is answered when it is back", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "locked", { ballot: RANK })
  await addRankings(sql, "locked", { AB: 1 })
  const [row] = await sql`SELECT number FROM polls WHERE id = 'locked'`
  const number = Number(row?.number)
  const { decider, said } = open({ deadlineMs: 400 })
  await sql.begin(async (transaction) => {
    await transaction`LOCK TABLE marks IN ACCESS EXCLUSIVE MODE`
    const answers = await Promise.allSettled([decider.decide(number), decider.decide(number)])
    for (const { status } of answers) expect(status).toBe("rejected")
  })
  expect(said).toHaveLength(1)
  await waitFor("the answer", () => decider.decide(number).catch(() => false))
  expect(await open().decider.decide(number)).toMatchObject({ outcome: { winners: ["a"] } })
})

test("a thread that dies leaves nobody waiting, and another one takes its place", async () => {
  const { decider, said } = open({ program: new URL("./no-such-thread.ts", import.meta.url).href })
  await expect(decider.decide(1)).rejects.toBeInstanceOf(Undecided)
  await expect(decider.decide(1)).rejects.toBeInstanceOf(Undecided)
  expect(said).toHaveLength(1)
})
