// Runs alone: it measures how soon a poll is known.
import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { waitFor } from "../../../scripts/services/wait"
import { faultsIn, type OpenapiDocument, undocumentedIn } from "../../../tests/harness/openapi"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
const opensAt = new Date(Date.now() + 3_600_000)
const pets = examplePoll({ isDefault: true })
const draft = examplePoll({ number: 2, id: "draft", state: "draft" })
const tomorrow = examplePoll({ number: 3, id: "tomorrow", opensAt })

beforeAll(async () => {
  fixture = await startVoteFixture({ RESULT_URL: "https://result.example/" })
  await fixture.writePolls(pets, draft, tomorrow)
})
afterAll(() => fixture.stop())

test("the list names the open polls and the default one", async () => {
  const response = await fixture.ask("/api/polls")
  expect(response.status).toBe(200)
  const list = (await response.json()) as { default: string; polls: { id: string; phase: string }[] }
  expect(list.default).toBe("pets")
  expect(list.polls.map(({ id, phase }) => [id, phase])).toEqual([
    ["pets", "open"],
    ["tomorrow", "scheduled"],
  ])
})

test("a poll opens by Redis's clock in what is shown, too, whatever this machine's clock says", async () => {
  setSystemTime(opensAt.getTime() + 60_000)
  try {
    for (const path of ["/api/polls/tomorrow", "/api/polls/tomorrow/now"])
      expect(await (await fixture.ask(path)).json()).toMatchObject({ phase: "scheduled" })
    expect(await (await fixture.ask("/polls/tomorrow")).text()).toContain("Voting opens in")
  } finally {
    setSystemTime()
  }
})

test("a poll is shown with all that voters need, and never with its salt", async () => {
  const view = await (await fixture.ask("/api/polls/tomorrow")).json()
  expect(view).toEqual({
    id: "tomorrow",
    number: tomorrow.number,
    revision: tomorrow.revision,
    title: tomorrow.title,
    options: tomorrow.options,
    ballot: ONE_OPTION,
    order: "as-written",
    policy: "final",
    results: "live",
    eligibility: "browser",
    confirm: true,
    words: 0,
    phase: "scheduled",
    opensAt: opensAt.toISOString(),
    closesAt: null,
  })
})

test("the page of a scheduled poll says when it opens", async () => {
  const page = await (await fixture.ask("/polls/tomorrow")).text()
  expect(page).toContain(opensAt.toISOString())
})

test("one short answer has what may have changed of a poll, and the default poll", async () => {
  const now = async (poll: string) => (await fixture.ask(`/api/polls/${poll}/now`)).json()
  expect(await now("tomorrow")).toEqual({ number: 3, revision: 1, phase: "scheduled", default: "pets" })
  expect((await fixture.ask("/api/polls/nothing/now")).status).toBe(404)
})

test("the API answers an unknown poll with a problem document, even if pages are preferred", async () => {
  const response = await fixture.ask("/api/polls/nothing", { headers: { accept: "text/html" } })
  expect(response.status).toBe(404)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
})

test("a poll that was unknown is found within a second of being made", async () => {
  expect((await fixture.ask("/api/polls/fresh")).status).toBe(404)
  await fixture.writePolls(pets, tomorrow, examplePoll({ number: 4, id: "fresh" }))
  const made = performance.now()
  await waitFor("the new poll", async () => (await fixture.ask("/api/polls/fresh")).ok)
  expect(performance.now() - made).toBeLessThan(1_000)
})

test("the OpenAPI document is valid, and names every route and each parameter that it reads", async () => {
  const document = (await (await fixture.ask("/openapi.json")).json()) as OpenapiDocument
  expect(await faultsIn(document)).toEqual([])
  const missing = await undocumentedIn(document, "pets", (method, address) => {
    const isForm = !address.startsWith("/api/")
    const type = isForm ? "application/x-www-form-urlencoded" : "application/json"
    const body = isForm ? "vote=a&replaces=none" : JSON.stringify({ option: "a" })
    return fixture.ask(address, {
      ...{ method, headers: { "content-type": type } },
      ...(method === "POST" && { body }),
    })
  })
  expect(missing).toEqual([])
  expect(Object.keys(document.paths).sort()).toEqual([
    "/",
    "/api/polls",
    "/api/polls/{poll}",
    "/api/polls/{poll}/now",
    "/api/polls/{poll}/tally",
    "/api/polls/{poll}/votes",
    "/embed/{poll}",
    "/polls/{poll}",
  ])
  expect((await fixture.ask("/openapi")).status).toBe(404)
})
