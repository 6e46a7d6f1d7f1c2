import { beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { useStores } from "../../../tests/harness/stores"
import { type Booth, makePoll, openBooth, voter } from "../../../tests/harness/tallyroom"
import { openWorkerSteps, type WorkerSteps } from "../../../tests/harness/worker-steps"
import { auditPolls } from "../audit/audit"
import { saidParts } from "./said-parts"

const SHARD = 0
const stores = useStores()
let steps: WorkerSteps
let booth: Booth

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), 1)
  booth = await openBooth(stores(), 1)
})

async function castAndCount(poll: string, ballots: Record<string, string>): Promise<void> {
  for (const [who, text] of Object.entries(ballots))
    expect((await booth.cast(poll, voter(who), text)).kind).toBe("accepted")
  expect(await steps.commit(SHARD, await steps.read(SHARD, 100))).toBe(true)
}

/** Redis forgets who has voted, so that it accepts what Postgres then finds to be late. */
const forgetVoters = (poll: string) => steps.redis.del(keys.voters(SHARD, poll))

async function marksOf(poll: string): Promise<Record<string, number>> {
  const rows =
    await steps.sql`SELECT mark, votes FROM marks JOIN polls ON number = poll WHERE id = ${poll} ORDER BY mark`
  return Object.fromEntries(rows.map(({ mark, votes }) => [mark, Number(votes)]))
}

async function booksOf(poll: string) {
  return (await auditPolls(steps.sql, steps.redis)).find((books) => books.poll === poll)
}

test("what a late ballot says of options is not counted, and leaves no trace beside what others say", async () => {
  await makePoll(steps.sql, "rated", { ballot: { method: "rate", highest: 5, abstain: true } })
  await steps.project()
  await castAndCount("rated", { ann: "A5B2", bob: "A1", eve: "-" })
  await forgetVoters("rated")
  await castAndCount("rated", { ann: "A0B2C3", cat: "A1B4", eve: "C3" })
  expect(await marksOf("rated")).toEqual({ A1: 2, A5: 1, B2: 1, B4: 1 })
  expect(await booksOf("rated")).toMatchObject({ counted: 4, late: 2, faults: [] })
})

test("the timeline of options that are chosen alike has no late ballot, and no replaced one", async () => {
  await makePoll(steps.sql, "several", { ballot: { method: "choose", min: 1, max: 3, abstain: false } })
  await makePoll(steps.sql, "changed", {
    ballot: { method: "choose", min: 1, max: 3, abstain: false },
    policy: "changeable",
  })
  await steps.project()
  await castAndCount("several", { ann: "AB" })
  await castAndCount("changed", { ann: "AB", bob: "C" })
  await forgetVoters("several")
  await castAndCount("several", { ann: "BC", bob: "C" })
  await castAndCount("changed", { ann: "BC" })
  const drawnIn = async (poll: string) => {
    const rows =
      await steps.sql`SELECT option, sum(votes)::integer AS votes FROM timeline JOIN polls ON number = poll
      WHERE id = ${poll} GROUP BY option HAVING sum(votes) <> 0 ORDER BY option`
    return Object.fromEntries(rows.map(({ option, votes }) => [option, votes]))
  }
  expect(await drawnIn("several")).toEqual({ "+": 2, A: 1, B: 1, C: 1 })
  expect(await drawnIn("changed")).toEqual({ "+": 2, B: 1, C: 2 })
  expect(await booksOf("several")).toMatchObject({ counted: 2, late: 1, faults: [] })
  expect(await booksOf("changed")).toMatchObject({ counted: 2, replaced: 1, faults: [] })
})

test("a batch is added up by poll, second and what is said; abstentions and whole texts are no part of it", async () => {
  await makePoll(steps.sql, "decided", { ballot: { method: "decide", abstain: true } })
  await makePoll(steps.sql, "ranked", { ballot: { method: "rank", max: "all", abstain: false } })
  await makePoll(steps.sql, "one", {})
  await steps.project()
  const says = { ann: "AyBn", bob: "Ay", eve: "-" }
  for (const [who, text] of Object.entries(says)) await booth.cast("decided", voter(who), text)
  await booth.cast("ranked", voter("ann"), "BA")
  await booth.cast("one", voter("ann"), "a")
  const batch = await steps.read(SHARD, 100)
  const sum = new Map<string, number>()
  for (const { mark, votes } of saidParts(batch)) sum.set(mark, (sum.get(mark) ?? 0) + votes)
  expect(Object.fromEntries(sum)).toEqual({ Ay: 2, Bn: 1 })
  expect(await steps.commit(SHARD, batch)).toBe(true)
  expect(await marksOf("ranked")).toEqual({ BA: 1 })
  expect(await marksOf("one")).toEqual({})
})
