/** The ballot follows its host: the poll that is shown now, and what becomes of it. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Browser, Page } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { voteOnPage } from "../harness/ballot"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, openPage } from "../harness/pages"
import { startTcpProxy } from "../harness/tcp-proxy"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser
const pets = examplePoll()
const lunch = examplePoll({ number: 2, id: "lunch", title: "What for lunch?" })
const talk = examplePoll({ number: 3, id: "talk", policy: "changeable" })

/** Settles once the vote app knows it, so that a page opened from then on shows this poll. */
async function show(shown: Poll, ...others: Poll[]): Promise<void> {
  await fixture.writePolls({ ...shown, isDefault: true }, ...others, talk)
  await waitFor("the vote app to know it", async () => {
    const { default: known } = await (await fixture.ask("/api/polls")).json()
    return known === shown.id
  })
}

beforeAll(async () => {
  fixture = await startVoteFixture()
  browser = await launchChromium()
  await show(pets, lunch)
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

const waiting = async () =>
  (await fixture.admin.xlen(keys.inbox(0))) + (await fixture.admin.xlen(keys.inbox(1)))
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true })

test("phones on the start page go on to the poll that the host shows now; those on a poll's own page stay", async () => {
  await show(pets, lunch)
  const [idle, voted, own] = [
    await openPage(browser, fixture.url),
    await openPage(browser, fixture.url),
    await openPage(browser, `${fixture.url}/polls/pets`),
  ]
  await voteOnPage(voted, "Cats")
  await heading(voted, "Your vote is in").waitFor()
  await show(lunch, pets)
  for (const page of [idle, voted]) await heading(page, "What for lunch?").waitFor()
  expect(await heading(own, "Cats or dogs?").count()).toBe(1)
  expect(new URL(idle.url()).pathname).toBe("/")
  // The language, too, is switched without leaving the start page.
  await idle.locator(".language-switch summary").click()
  await idle.locator(".language-switch a[lang=de]").click()
  await show(pets, lunch)
  await heading(idle, "Cats or dogs?").waitFor()
  for (const page of [idle, voted, own]) await page.context().close()
})

test("a voter who is choosing is told before the page goes on, and may stay", async () => {
  await show(pets, lunch)
  const [staying, going] = [await openPage(browser, fixture.url), await openPage(browser, fixture.url)]
  for (const page of [staying, going]) {
    await page.locator("button.option", { hasText: "Cats" }).click()
    await page.getByRole("button", { name: "Vote for Cats" }).waitFor()
  }
  // The timer after which this page would go on is stopped, as a busy machine may take long.
  await staying.clock.setFixedTime(Date.now())
  await show(lunch, pets)
  await staying.getByRole("status").filter({ hasText: "The host shows another poll now." }).waitFor()
  await expectAccessible(staying)
  await staying.getByRole("button", { name: "Stay here" }).click()
  await heading(going, "What for lunch?").waitFor()
  await staying.waitForURL("**/polls/pets")
  await staying.getByRole("button", { name: "Vote for Cats" }).click()
  await heading(staying, "Your vote is in").waitFor()
  for (const page of [staying, going]) await page.context().close()
})

test("a vote that is on its way is waited for, and its answer can be read, before the page goes on", async () => {
  await show(pets, lunch)
  const before = await waiting()
  const page = await openPage(browser, fixture.url)
  await page.route("**/votes", (route) => route.abort("connectionreset"))
  await voteOnPage(page, "Dogs")
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  await show(lunch, pets)
  await page.getByText("It comes here once your vote has its answer.").waitFor()
  await page.unroute("**/votes")
  // The vote is sent again by itself; the return of the network only hastens that.
  await page.evaluate(() => void dispatchEvent(new Event("online")))
  await heading(page, "Your vote is in").waitFor()
  await heading(page, "What for lunch?").waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("a poll that is paused, goes on, closes and opens again says so within two seconds, and keeps the choice", async () => {
  await show(pets, lunch)
  const page = await openPage(browser, `${fixture.url}/polls/pets`)
  await page.locator("button.option", { hasText: "Cats" }).click()
  await page.getByRole("button", { name: "Vote for Cats" }).waitFor()
  let asked = 0
  page.on("request", (request) => {
    if (request.url().endsWith("/now")) asked++
  })
  const says: [change: Partial<Poll>, words: string][] = [
    [{ state: "paused", revision: 2 }, "Voting is paused"],
    [{ revision: 3 }, "Vote for Cats"],
    [{ state: "closed", revision: 4 }, "This poll is closed"],
    [{ revision: 5 }, "Vote for Cats"],
  ]
  for (const [change, words] of says) {
    asked = 0
    await fixture.writePolls({ ...pets, ...change })
    await page.getByText(words, { exact: true }).waitFor()
    // The page asks once a second, and the vote app learns of changes within half a second.
    expect(asked).toBeLessThanOrEqual(3)
  }
  await page.context().close()
})

test("a vote that meets a pause is told so, and can be cast when voting goes on", async () => {
  const before = await waiting()
  const page = await openPage(browser, `${fixture.url}/polls/talk`)
  await page.context().setOffline(true)
  await page.getByRole("button", { name: "Dogs" }).click()
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  await fixture.writePolls({ ...talk, state: "paused", revision: 2 })
  await page.context().setOffline(false)
  await page.getByText("Voting is paused").waitFor()
  await page.getByText("Voting stopped before your vote was confirmed.").waitFor()
  await fixture.writePolls({ ...talk, revision: 3 })
  await page.getByRole("button", { name: "Dogs" }).click()
  await heading(page, "Your vote is in").waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("a page gives up what is not answered within 10 s and asks again, so that it hears of a close though its link died silently", async () => {
  const deferred: (() => unknown)[] = []
  const proxy = await startTcpProxy({ defer: (cleanUp) => void deferred.push(cleanUp) }, fixture.url)
  await show(lunch)
  const [parted, stuck] = [
    await openPage(browser, `${proxy.url}/polls/lunch`),
    await openPage(browser, `${fixture.url}/polls/lunch`),
  ]
  const asks: number[] = []
  const longestWait = () => Math.max(...asks.map((at, i) => at - (asks[i - 1] ?? at)))
  await parted.waitForResponse("**/now")
  parted.on("request", (request) => void (request.url().endsWith("/now") && asks.push(performance.now())))
  proxy.silence()
  let reads = 0
  // The other page hears at once that the poll has changed, but its first question how is lost.
  await stuck.route("**/api/polls/lunch", (route) => (reads++ > 0 ? route.continue() : undefined))

  await show({ ...lunch, state: "closed", revision: 2 })
  await waitFor("it to ask again", () => longestWait() > 9_000)
  // The wait after a failure is two seconds, give or take a tenth.
  expect(longestWait()).toBeLessThan(15_000)
  // Its browser may keep other connections that have died as silently, and try one after the other.
  proxy.cut()
  await Promise.all(
    [parted, stuck].map((page) => page.getByText("This poll is closed", { exact: true }).waitFor()),
  )
  expect(reads).toBeGreaterThan(1)
  for (const page of [parted, stuck]) await page.context().close()
  for (const cleanUp of deferred) cleanUp()
})
