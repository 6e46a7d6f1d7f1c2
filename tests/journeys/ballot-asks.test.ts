/** How often an open ballot asks how its poll stands: as rarely as it is told to in a crowd, and at once when somebody turns to it. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import type { Browser, Page } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

/** However many ask. */
const LONGEST_S = 15
/** A second and a tenth of it, and one more where the page has not begun to wait yet when its time goes on. */
const SOON_S = 3

let fixture: VoteFixture
let browser: Browser
const pets = examplePoll()
const tomorrow = examplePoll({ number: 2, id: "tomorrow", title: "Tea or coffee?" })

beforeAll(async () => {
  fixture = await startVoteFixture({ ASKS_PER_SECOND: "1" })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

type Asker = {
  page: Page
  /** How often it has asked. */
  asked: () => number
  /** Lets seconds pass on the page. */
  pass: (seconds: number) => Promise<void>
  /** Lets seconds pass until it asks. @returns how many */
  untilItAsks: (atMost?: number) => Promise<number>
}

/** A page whose time passes only when it is told to, and that has asked once. */
async function openAsker(
  path: string,
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Asker> {
  const page = await openPage(browser, "about:blank")
  await prepare(page)
  let asked = 0
  let answered = 0
  const isAsk = (url: string) => url.endsWith("/now")
  page.on("request", (request) => void (isAsk(request.url()) && asked++))
  page.on("requestfinished", (request) => void (isAsk(request.url()) && answered++))
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 1_000)
  await page.goto(`${fixture.url}${path}`)
  const pass = async (seconds: number) => {
    await page.clock.runFor(seconds * 1_000)
    await waitFor("its answer", async () => answered === asked)
  }
  const untilItAsks = async (atMost = 2 * LONGEST_S) => {
    const before = asked
    for (let seconds = 1; seconds <= atMost; seconds++) {
      await pass(1)
      if (asked > before) return seconds
    }
    throw new Error(`It did not ask within ${atMost} s.`)
  }
  expect(await untilItAsks()).toBeLessThanOrEqual(SOON_S)
  return { page, asked: () => asked, pass, untilItAsks }
}

/** Many others ask, so that the next page waits as long as any. */
async function crowd(): Promise<void> {
  for (let i = 0; i < 2 * LONGEST_S; i++) await fixture.ask("/api/polls/pets/now")
}

/** The page asks although no time passes on it. */
async function asksAtOnce({ asked }: Asker, act: () => Promise<unknown>): Promise<void> {
  const before = asked()
  await act()
  await waitFor("it to ask", async () => asked() > before)
  expect(asked()).toBe(before + 1)
}

test("in a crowd a page asks when it was told to", async () => {
  await fixture.writePolls(pets)
  // The crowd asks right before the page, however long that took to load.
  const { page, untilItAsks } = await openAsker("/polls/pets", (page) =>
    page.route("**/now", async (route) => {
      await crowd()
      await route.continue()
    }),
  )
  const seconds = await untilItAsks()
  expect(seconds).toBeGreaterThan(LONGEST_S / 2)
  expect(seconds).toBeLessThanOrEqual(LONGEST_S * 1.1 + 2)
  await page.context().close()
})

test("it asks at once when its voter touches it, when it gets the focus, and when it comes back into sight", async () => {
  await fixture.writePolls(pets)
  await crowd()
  const asker = await openAsker("/polls/pets")
  const { page, pass, asked } = asker
  const turns = [
    () => page.locator("h1").click(),
    () => page.evaluate(() => void dispatchEvent(new Event("focus"))),
    () => page.evaluate(() => void document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))),
  ]
  for (const turn of turns) {
    await crowd()
    await pass(2)
    await asksAtOnce(asker, turn)
  }
  await pass(0.5)
  const before = asked()
  // It has asked just now.
  await page.locator("h1").click()
  await pass(0.1)
  expect(asked()).toBe(before)
  await page.context().close()
})

test("a voter who turns to a page in a crowd sees at once that the poll was closed meanwhile, and that this was undone", async () => {
  await fixture.writePolls(pets)
  await crowd()
  const { page, pass } = await openAsker("/polls/pets")
  const knows = (phase: string) =>
    waitFor(
      "vote to know",
      async () => (await (await fixture.ask("/api/polls/pets/now")).json()).phase === phase,
    )
  await fixture.writePolls({ ...pets, state: "closed", revision: 2 })
  await knows("closed")
  await pass(2)
  await page.locator("h1").click()
  await page.getByText("This poll is closed", { exact: true }).waitFor()
  await fixture.writePolls({ ...pets, revision: 3 })
  await knows("open")
  await pass(2)
  await page.locator("h1").click()
  await page.getByRole("button", { name: "Cats" }).waitFor()
  await page.context().close()
})

test("a page that is not seen does not ask", async () => {
  await fixture.writePolls(pets)
  const { page, pass, asked, untilItAsks } = await openAsker("/polls/pets")
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }))
  const before = asked()
  await pass(3 * LONGEST_S)
  expect(asked()).toBe(before)
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: false, configurable: true }))
  expect(await untilItAsks()).toBeLessThanOrEqual(LONGEST_S * 1.1 + 2)
  await page.context().close()
})

test("a poll opens at its time on a page that hears nothing of it for so long", async () => {
  const opensAt = new Date(Date.now() + 20_000)
  await fixture.writePolls(pets, { ...tomorrow, opensAt })
  await crowd()
  const { page, pass, asked } = await openAsker("/polls/tomorrow")
  await page.getByRole("timer").waitFor()
  const before = asked()
  await pass(21)
  await page.getByRole("button", { name: "Cats" }).waitFor()
  expect(asked()).toBeLessThanOrEqual(before + 1)
  await page.context().close()
})

test("beside a vote app of an earlier version, which does not say when, it asks each second", async () => {
  await fixture.writePolls(pets)
  await crowd()
  const { page, untilItAsks } = await openAsker("/polls/pets", async (it) => {
    await it.route("**/now", async (route) => {
      const response = await route.fetch()
      const { "poll-interval": _, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    })
  })
  for (let i = 0; i < 3; i++) expect(await untilItAsks()).toBeLessThanOrEqual(SOON_S)
  await page.context().close()
})
