/**
 * Some browsers change the ballot and some lack features: the ballot goes on, or becomes the page that works without
 * scripts.
 */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Browser, Page } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { voteOnPage } from "../harness/ballot"
import { becomes } from "../harness/becomes"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, expectNoSideScroll, openPage } from "../harness/pages"
import { translatePage } from "../harness/translator"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser
const pets = examplePoll({
  isDefault: true,
  options: [
    { id: "a", label: "Cats", emoji: "🐈" },
    { id: "b", label: "Dogs", emoji: "👩‍👩‍👧🐕" },
  ],
  closesAt: new Date(Date.now() + 3_600_000),
})
const soon = examplePoll({ number: 2, id: "soon", policy: "changeable" })

beforeAll(async () => {
  fixture = await startVoteFixture()
  browser = await launchChromium()
  await fixture.writePolls(pets, soon)
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

const waiting = async () =>
  (await fixture.admin.xlen(keys.inbox(0))) + (await fixture.admin.xlen(keys.inbox(1)))
const tally = (poll: string, counts: object) => fixture.admin.set(keys.tally(poll), JSON.stringify(counts))

test("a translated ballot goes on: its numbers move, its phases change, and nothing of the old stays", async () => {
  await fixture.writePolls(pets, { ...soon, opensAt: new Date(Date.now() + 3_600_000) })
  const page = await openPage(browser, `${fixture.url}/polls/soon`)
  await translatePage(page)
  const clock = page.getByRole("timer")
  const first = (await clock.textContent()) ?? ""
  const moved = (text: string) =>
    ![undefined, text].includes(document.querySelector<HTMLElement>(".clock")?.textContent)
  await page.waitForFunction(moved, first)
  await fixture.writePolls(pets, { ...soon, revision: 2 })
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await clock.count()).toBe(0)
  await tally("soon", { version: 1, votes: { a: 1, b: 0 }, total: 1 })
  await page.getByText("1 vote", { exact: true }).waitFor()
  await tally("soon", { version: 2, votes: { a: 1, b: 11 }, total: 12 })
  await page.getByText("12 votes", { exact: true }).waitFor()
  await becomes(() => page.locator(".tally .number").allTextContents(), ["8.3% 1", "91.7% 11"])
  await fixture.writePolls(pets, { ...soon, state: "closed", revision: 3 })
  await page.getByText("This poll is closed").waitFor()
  await fixture.writePolls(pets, { ...soon, state: "final", revision: 4 })
  await page.getByText("The result is final").waitFor()
  await page.locator(".winner", { hasText: "Dogs" }).getByText("Winner").waitFor()
  for (const old of ["closed", "Your vote is in", "1 vote\n"]) {
    expect(await page.locator("main").textContent()).not.toContain(old)
  }
  await page.context().close()
})

/** Opens a page and changes the browser before any script of the page runs. */
async function openChanged(change: () => void): Promise<Page> {
  const page = await openPage(browser, "about:blank")
  await page.addInitScript(change)
  await page.goto(fixture.url)
  return page
}

/** Votes and confirms if the page asks for it: where its scripts gave up, a press is a vote. */
async function voteAsOffered(page: Page, label: string): Promise<void> {
  await page.locator("button.option", { hasText: label }).click()
  const confirm = page.locator(".confirm .button")
  const voted = page.locator(".voted")
  await confirm.or(voted).first().waitFor()
  if ((await voted.count()) === 0) await confirm.click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
}

test.each<[name: string, change: () => void]>([
  [
    "what came after 2021",
    () => {
      const newer: [object, string[]][] = [
        [AbortSignal, ["timeout", "any"]],
        [Array.prototype, ["at", "findLast", "toSorted", "toReversed", "toSpliced", "with"]],
        [Object, ["hasOwn", "groupBy"]],
        [Promise, ["withResolvers", "try"]],
        [window, ["structuredClone", "ResizeObserver"]],
        [Crypto.prototype, ["randomUUID"]],
      ]
      for (const [owner, names] of newer) for (const name of names) Reflect.deleteProperty(owner, name)
    },
  ],
  ["Intl.Segmenter", () => void Reflect.deleteProperty(Intl, "Segmenter")],
  ["Intl.ListFormat", () => void Reflect.deleteProperty(Intl, "ListFormat")],
  ["Intl.PluralRules", () => void Reflect.deleteProperty(Intl, "PluralRules")],
  ["SubmitEvent.submitter", () => void Reflect.deleteProperty(SubmitEvent.prototype, "submitter")],
  ["AbortController", () => void Reflect.deleteProperty(window, "AbortController")],
  ["fetch", () => void Reflect.deleteProperty(window, "fetch")],
  ["Response.json", () => void Reflect.deleteProperty(Response.prototype, "json")],
  ["random numbers", () => void Reflect.deleteProperty(Crypto.prototype, "getRandomValues")],
  [
    "any storage",
    () => {
      const get = () => {
        throw new DOMException("The operation is insecure.", "SecurityError")
      }
      for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get })
    },
  ],
])("a browser without %s votes all the same, once, and shows every option", async (_, change) => {
  const before = await waiting()
  const page = await openChanged(change)
  const labels = await page.locator("button.option .label").allTextContents()
  expect(labels.map((label) => label.trim())).toEqual(["Cats", "Dogs"])
  await voteAsOffered(page, "Dogs")
  expect(await page.locator(".chosen").textContent()).toContain("Dogs")
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("if the page's script fails, the page that works without it comes back", async () => {
  const page = await openPage(browser, fixture.url)
  await page.locator("form:focus").waitFor()
  await page.evaluate(() => void Reflect.deleteProperty(Intl, "ListFormat"))
  await page.locator("form:not(:focus)").waitFor()
  await becomes(() => page.locator("button.option[aria-pressed]").count(), 0)
  await voteAsOffered(page, "Cats")
  await page.context().close()
})

test("the voter is told of an error on the page while a vote is on its way, and the vote goes on", async () => {
  const page = await openPage(browser, fixture.url)
  let answer = () => {}
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route("**/votes", async (route) => {
    await held
    await route.continue()
  })
  await voteOnPage(page, "Cats")
  await page.getByRole("button", { name: "Sending your vote…" }).waitFor()
  await page.evaluate(() => void setTimeout(() => Promise.reject(new Error("Something broke."))))
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  answer()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.context().close()
})

test("in a browser that keeps neither cookies nor storage, the page says that a reload makes another voter", async () => {
  const page = await openChanged(() => {
    Object.defineProperty(Navigator.prototype, "cookieEnabled", { get: () => false })
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("Access is denied for this document.", "SecurityError")
      },
    })
  })
  const notice = page.getByText("This browser keeps no cookies")
  await notice.waitFor()
  await expectAccessible(page)
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await notice.waitFor()
  await page.context().close()
})

test.each([390, 305])(
  "with text twice as large, everything is in sight on a page %i px wide",
  async (width) => {
    const page = await openPage(browser, fixture.url, { width, height: 700 })
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%"
    })
    await page.locator(".language-switch summary").click()
    const menu = await page
      .locator(".language-switch ul")
      .evaluate((list) => list.getBoundingClientRect().toJSON())
    expect([menu.left >= 0, menu.right <= width]).toEqual([true, true])
    await page.locator(".language-switch summary").click()
    await expectNoSideScroll(page)
    await voteOnPage(page, "Cats")
    await tally("pets", { version: 1, votes: { a: 1_234, b: 1 }, total: 1_235 })
    await page.getByText("1,235 votes").waitFor()
    await expectNoSideScroll(page)
    // How many characters fit in a line of each.
    const fits = await page
      .locator(".receipt code, .tally .label, .chosen .label")
      .evaluateAll((elements) =>
        elements.map(
          (element) => element.clientWidth / Number.parseFloat(getComputedStyle(element).fontSize),
        ),
      )
    for (const ems of fits) expect(ems).toBeGreaterThan(3)
    await page.context().close()
  },
)
