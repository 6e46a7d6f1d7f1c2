// Runs alone: it measures how soon a page is there.
import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

const PAGE = { accept: "text/html" }
/** The app waits 150 ms for the visitor's vote; a busy machine that runs other tests gets more time. */
const LIMIT_MS = 1_000

let fixture: VoteFixture

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(
    examplePoll({ isDefault: true }),
    examplePoll({ number: 2, id: "coded", eligibility: "code" }),
    examplePoll({ number: 3, id: "office", eligibility: "network" }),
  )
})
afterAll(() => fixture.stop())

const pageOf = async (path: string, cookie: string) =>
  (await fixture.ask(path, { headers: { ...PAGE, cookie } })).text()

test("a voter who comes back gets the receipt of the vote, and nobody else does", async () => {
  const voted = await fixture.vote("pets", "b")
  const { receipt } = await voted.json()
  expect(await pageOf("/polls/pets", cookieOf(voted))).toContain(`>${receipt}</code>`)
  const other = await fixture.ask("/polls/pets", { headers: PAGE })
  expect(await other.text()).not.toContain(receipt)
  expect(await pageOf("/polls/pets", cookieOf(other))).not.toContain(receipt)
  // The last character carries only four bits and so has four spellings: another one is changed.
  const forged = cookieOf(voted).replace(/\.(.)/, (_, first) => (first === "A" ? ".B" : ".A"))
  expect(await pageOf("/polls/pets", forged)).not.toContain(receipt)
})

test("each of two voters of the same option gets a receipt of their own", async () => {
  const [first, second] = [await fixture.vote("pets", "a"), await fixture.vote("pets", "a")]
  for (const voted of [first, second]) {
    const { receipt } = await voted.json()
    const page = await pageOf("/polls/pets", cookieOf(voted))
    expect(page).toContain(`>${receipt}</code>`)
    expect(page).not.toContain("\u007f")
  }
})

test("in a poll with one vote a network, the browser that voted is shown its vote, and no other one of the network", async () => {
  const cookie = cookieOf(await fixture.vote("pets", "a"))
  expect((await fixture.vote("office", "a", { cookie })).status).toBe(201)
  expect(await pageOf("/polls/office", cookie)).toContain("receipt-line")
  for (const other of ["", cookieOf(await fixture.ask("/polls/office"))])
    expect(await pageOf("/polls/office", other)).not.toContain("receipt-line")
})

test("garbage in Redis in the place of a vote is taken for no vote", async () => {
  const voted = await fixture.vote("pets", "a")
  for (const shard of [0, 1]) {
    for (const voter of await fixture.admin.hkeys(keys.voters(shard, "pets"))) {
      await fixture.admin.hset(keys.voters(shard, "pets"), voter, "a garbage")
    }
  }
  expect(await pageOf("/polls/pets", cookieOf(voted))).not.toContain("receipt-line")
})

test("while Redis hangs, a voter who comes back gets the ballot in time", async () => {
  const cookie = cookieOf(await fixture.vote("pets", "a"))
  await pageOf("/polls/pets", cookie)
  const { pid } = fixture.server
  if (pid === undefined) throw new Error("Redis does not run.")
  process.kill(pid, "SIGSTOP")
  try {
    const start = performance.now()
    expect(await pageOf("/polls/pets", cookie)).toContain('name="vote"')
    expect(performance.now() - start).toBeLessThan(LIMIT_MS)
  } finally {
    process.kill(pid, "SIGCONT")
  }
})

test("no shared cache keeps a page, whose links depend on the Host that was asked for", async () => {
  for (const path of ["/", "/polls/pets", "/embed/pets", "/polls/coded?code=1", "/polls/nothing"]) {
    const response = await fixture.ask(path, { headers: { ...PAGE, host: "elsewhere.example:8080" } })
    expect([path, response.headers.get("cache-control")]).toEqual([path, "no-store"])
  }
  const final = examplePoll({ number: 4, id: "done", state: "final" })
  await fixture.writePolls(final)
  const done = await fixture.ask("/polls/done", { headers: { ...PAGE, host: "elsewhere.example:8080" } })
  expect(await done.text()).toContain("http://elsewhere.example:8081/polls/done")
  expect(done.headers.get("cache-control")).toBe("no-store")
})
