import { beforeAll, expect, test } from "bun:test"
import type { Browser, Page } from "playwright-core"
import { waitFor } from "../../scripts/services/wait"
import { launchChromium } from "../harness/chromium"
import { makePollAt, openControlRoom } from "../harness/control-room"
import { castUntilAnswered, person } from "../harness/crowd"
import { type Running, startResult, startVote, startWorkerProcess } from "../harness/processes"
import { useStores } from "../harness/stores"

const OPENS_AT = "2040-01-01T10:00:00Z"

const stores = useStores()
let browser: Browser
let vote: Running
let result: Running
let page: Page

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  vote = await startVote(stores())
  result = await startResult(stores(), { VOTE_URL: vote.url })
  browser = await launchChromium()
  stores().defer(() => browser.close())
  page = await openControlRoom(browser, result.url)
}, 60_000)

const phaseAtVote = async (id: string) => {
  const answer = await fetch(`${vote.url}/api/polls/${id}`)
  return answer.ok ? String((await answer.json()).phase) : String(answer.status)
}
const voteSays = (id: string, phase: string) =>
  waitFor(`vote to take ${id} for ${phase}`, async () => (await phaseAtVote(id)) === phase)

test("a scheduled poll is unscheduled, changed, and opened by hand", async () => {
  await makePollAt(result.url, { id: "gala", opensAt: OPENS_AT })
  await voteSays("gala", "scheduled")
  await page.goto(`${result.url}/admin/polls/gala/edit`)
  const policy = page.getByRole("group", { name: "Changing a vote" })
  expect(await policy.getByText("This can't be changed while the poll is scheduled.").count()).toBe(1)
  expect(await page.getByText("has been opened").count()).toBe(0)
  expect(await page.getByLabel("Opens at").isEnabled()).toBe(true)

  await page.goto(`${result.url}/admin/polls/gala`)
  await page.getByRole("button", { name: "Unschedule" }).click()
  await page.getByRole("status").getByText("The poll is a draft again").waitFor()
  await voteSays("gala", "draft")
  expect((await fetch(`${result.url}/polls/gala`)).status).toBe(404)

  await page.getByRole("link", { name: "Edit" }).click()
  expect(await page.getByText(/can't be changed/).count()).toBe(0)
  await page.getByLabel("Votes can be changed").check()
  await page.getByRole("button", { name: "Save" }).last().click()
  await page.getByText("Saved.").waitFor()
  await page.getByRole("button", { name: "Open now" }).click()
  await page.getByText("The poll is open.").waitFor()
  await voteSays("gala", "open")
  const who = person()
  for (const option of ["a", "b"]) {
    expect((await castUntilAnswered([vote.url], "gala", who, option)).status).toBe(201)
  }
})

test("emptying the opening time of a scheduled poll opens it for nobody", async () => {
  await makePollAt(result.url, { id: "hasty", opensAt: OPENS_AT })
  await page.goto(`${result.url}/admin/polls/hasty/edit`)
  await page.getByText("Empty, the poll is a draft again.").waitFor()
  await page.getByLabel("Opens at").fill("")
  await page.getByRole("button", { name: "Save" }).last().click()
  await page.getByText("The poll is a draft again").waitFor()
  await page.locator(".chip", { hasText: "Draft" }).waitFor()
  expect(await voteSays("hasty", "draft")).toBe(true)
})

test("each state says one thing about who sees the numbers", async () => {
  const said = async (id: string) => {
    await page.goto(`${result.url}/admin/polls/${id}`)
    return page.locator(".card:has(.tally) > .muted").textContent()
  }
  await makePollAt(result.url, { id: "s-draft", state: "draft" })
  await makePollAt(result.url, { id: "s-scheduled", opensAt: OPENS_AT })
  expect(await said("s-draft")).toBe("Nobody sees this draft before you open it.")
  expect(await said("s-scheduled")).toStartWith("The poll is announced already; there are no numbers")
  for (const [results, open, closed] of [
    ["live", "Everybody sees these numbers live.", "Everybody sees these numbers, as the poll is closed."],
    ["after-vote", "Who has voted sees these numbers", "Who has voted sees these numbers"],
    ["after-close", "Nobody but you sees these numbers before", "Everybody sees these numbers, as"],
  ] as const) {
    const id = `s-${results}`
    await makePollAt(result.url, { id, results })
    expect(await said(id)).toStartWith(open)
    await page.getByText("Close the poll …").click()
    await page.getByRole("button", { name: "Close now" }).click()
    await page.getByRole("status").getByText("The poll is closed.").waitFor()
    expect(await said(id)).toStartWith(closed)
  }
})
