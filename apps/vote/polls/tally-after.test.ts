import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(examplePoll({ number: 7 }))
})
afterAll(() => fixture.stop())

const count = (version: number) =>
  fixture.admin.set(
    keys.tally("pets"),
    JSON.stringify({ version, votes: { a: version, b: 0 }, total: version }),
  )
const ask = (query = "") => fixture.ask(`/api/polls/pets/tally${query}`)

test("who names a version of the tally gets nothing older, and waits for it a moment", async () => {
  await count(5)
  expect(await (await ask()).json()).toMatchObject({ version: 5 })
  await count(6)
  expect(await (await ask("?after=6")).json()).toMatchObject({ version: 6, total: 6 })
  const next = ask("?after=7&number=7")
  await count(7)
  expect(await (await next).json()).toMatchObject({ version: 7 })
})

test("where there is nothing so new, it is said when to ask again; a later poll under the id is new enough", async () => {
  const answer = await ask("?after=1000")
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
  expect(await answer.json()).toMatchObject({
    type: "/problems/nothing-so-new",
    title: "There is nothing so new here yet",
    detail: expect.stringContaining("tallyVersion"),
  })
  expect((await ask("?after=1000&number=6")).status).toBe(200)
  expect((await ask("?after=x")).status).toBe(400)
})

test("a tally's version has a name of its own, by which it is asked for, beside the earlier one", async () => {
  await count(2_000)
  expect(await (await ask("?afterTally=2000&after=3000")).json()).toMatchObject({
    tallyVersion: 2_000,
    version: 2_000,
  })
  const answer = await ask("?afterTally=3000")
  expect([answer.status, (await answer.json()).type]).toEqual([503, "/problems/nothing-so-new"])
  expect((await ask("?afterTally=x")).status).toBe(400)
})
