/** What whole ballots decide, in a browser: live, on a phone and a desktop, in light and dark, and without scripts. */

import { beforeAll, expect, test } from "bun:test"
import type { Decision } from "@tallyroom/lib/polls/decision"
import type { Browser, Page } from "playwright-core"
import { openTables, type ResultApp, startResultApp } from "../../apps/result/testing/result"
import { addBallots } from "../../apps/result/testing/votes"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, expectNoSideScroll, openPage, type View } from "../harness/pages"
import { addRankings } from "../harness/rankings"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"

const stores = useStores()
let sql: Awaited<ReturnType<typeof openTables>>
let result: ResultApp
let browser: Browser

const OPTIONS = [
  { id: "a", label: "Chattanooga, on the river" },
  { id: "b", label: "بيتزا (كبيرة)" },
  { id: "c", label: "Knoxville" },
  { id: "d", label: "Nashville" },
]

/** Rated from 0 to 5 by those who live in or near each city, with some who rate two alike. */
async function ratedPoll(id: string) {
  await makePoll(sql, id, {
    options: OPTIONS,
    ballot: { method: "rate", highest: 5, abstain: true },
    decision: { rule: "star", seats: 1, quorum: 0 },
  })
  await addBallots(sql, id, { ratings: { a: 5, b: 2, c: 1, d: 0 } }, 42)
  await addBallots(sql, id, { ratings: { a: 2, b: 5, c: 3, d: 1 } }, 26)
  await addBallots(sql, id, { ratings: { b: 4, c: 5, d: 4 } }, 32)
  await addBallots(sql, id, { ratings: { a: 3, b: 3, d: 5 } }, 9)
  await addBallots(sql, id, { abstain: true }, 2)
}

async function rankedPoll(id: string, rule: "irv" | "stv" | "condorcet" | "borda", seats = 1) {
  const decision: Decision = { rule, seats, quorum: 0 }
  await makePoll(sql, id, {
    options: OPTIONS,
    ballot: { method: "rank", max: "all", abstain: true },
    decision,
  })
  await addRankings(sql, id, { ABCD: 42, BCD: 26, CBA: 15, DC: 17, D: 3, "-": 2 })
}

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores(), { voteUrl: "http://localhost:8080" })
  browser = await launchChromium()
  stores().defer(() => browser.close())
  await result.listening()
  for (const rule of ["irv", "stv", "condorcet", "borda"] as const)
    await rankedPoll(rule, rule, rule === "stv" ? 2 : 1)
  await ratedPoll("star")
}, 60_000)

async function open(path: string, view: View = {}): Promise<Page> {
  const page = await openPage(browser, `${result.address}${path}`, view)
  stores().defer(() => page.context().close())
  return page
}

const says = (page: Page, words: string) => page.locator("#outcome", { hasText: words }).waitFor()

test("sentence, rounds and table follow the votes without a reload", async () => {
  await rankedPoll("moving", "irv")
  const page = await open("/polls/moving")
  await page.locator("#connection.live").waitFor()
  const rounds = await page.locator("#rounds li").count()
  expect(rounds).toBeGreaterThan(1)
  const announced = page.locator(".outcome [aria-live]")
  expect(await announced.textContent()).toBe("")
  await addRankings(sql, "moving", { D: 200 })
  await says(page, "Nashville would win.")
  await announced.filter({ hasText: "Nashville would win." }).waitFor({ state: "attached" })
  expect(await page.locator("#rounds li").count()).toBe(1)
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'moving'`
  await sql`SELECT pg_notify('tallyroom_polls', number::text) FROM polls WHERE id = 'moving'`
  await says(page, "Nashville wins.")
})

test.each(["irv", "stv", "condorcet", "borda", "star"])(
  "the page of %s can be used by everybody, on a phone and a desktop, in light and dark, and without scripts",
  async (rule) => {
    const views: View[] = [{ width: 360 }, { dark: true }, { width: 360, javaScript: false }]
    for (const view of views) {
      const page = await open(`/polls/${rule}`, view)
      await page.locator("#outcome").waitFor()
      await expectNoSideScroll(page)
      if (view.javaScript !== false) await expectAccessible(page)
    }
  },
)

test("the names of a table stay in sight while it is scrolled on a phone, and what it is about is never cut off", async () => {
  const page = await open("/polls/condorcet", { width: 360 })
  const scrolled = page.locator(".table-scroll").first()
  const left = () =>
    page
      .locator("#pairs tbody th")
      .first()
      .evaluate((name) => name.getBoundingClientRect().left)
  const before = await left()
  await scrolled.evaluate((it) => {
    it.scrollLeft = 200
  })
  expect(await scrolled.evaluate((it) => it.scrollLeft)).toBeGreaterThan(50)
  expect(await left()).toBe(before)
  const about = await page.locator("#pairs-about").evaluate((it) => [it.scrollWidth, it.clientWidth])
  expect(about[0]).toBe(about[1])
})

test("the line that must be reached is in sight where it stands at the end of a motion's bar", async () => {
  await makePoll(sql, "all", {
    options: OPTIONS,
    ballot: { method: "decide", abstain: false },
    decision: { rule: "majority", majority: "unanimous", base: "cast", quorum: 0 },
  })
  await addBallots(sql, "all", { answers: { a: "yes", b: "no" } }, 2)
  const page = await open("/polls/all", { width: 360 })
  await page.locator(".bar.motion").first().waitFor()
  const room = await page.evaluate(() => {
    const right = (css: string) => document.querySelector(css)?.getBoundingClientRect().right ?? 0
    return right(".bar.motion") - right(".bar.motion .needed")
  })
  expect(room).toBeGreaterThan(0)
})

test("the stage reveals round after round with a key or a button, and shows the first preferences again after the last one", async () => {
  const page = await open("/polls/irv/stage")
  const step = page.locator("#stage-step")
  await page.locator(".stage-bars li").first().waitFor()
  expect(await step.count()).toBe(0)
  const firstPreferences = page.getByText("The numbers are first preferences.")
  await firstPreferences.waitFor()
  const out = page.locator(".stage-bars .out")
  const seen: string[] = []
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press("r")
    await step.filter({ hasText: `Round ${i + 1}` }).waitFor()
    seen.push(((await step.textContent()) ?? "").replace(/[\u2066-\u2069]/g, ""))
  }
  expect(seen[0]).toBe("Round 1 · Knoxville out")
  expect(seen[2]).toContain("Chattanooga, on the river would win.")
  expect(await firstPreferences.count()).toBe(0)
  expect(await out.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-option")))).toEqual([
    "c",
    "d",
  ])
  await page.getByRole("button", { name: "Next round" }).click()
  await step.waitFor({ state: "detached" })
  await firstPreferences.waitFor()
})

const plain = (text: string | null) => (text ?? "").replace(/[\u2066-\u2069]/g, "")

test("the page of ratings that STAR decides says who is in the runoff, by which sums, and how many prefer whom", async () => {
  const page = await open("/polls/star")
  await says(page, "would win.")
  expect(plain(await page.locator("#runoff").textContent())).toBe(
    "In the runoff by the highest sums: بيتزا (كبيرة) (369) and Chattanooga, on the river (289). " +
      "Runoff: 58 for بيتزا (كبيرة), 42 for Chattanooga, on the river, 9 without a preference.",
  )
  expect(await page.locator("#star tbody tr").count()).toBe(4)
  expect(await page.locator(".distribution").count()).toBe(4)
})

test("the stage shows the sums, reveals who goes on, and then the runoff", async () => {
  const page = await open("/polls/star/stage")
  const step = page.locator("#stage-step")
  const first = page.locator(".stage-bars li[data-option=b] [data-part=first]")
  await first.filter({ hasText: "369" }).waitFor()
  expect(await page.getByText("would win").count()).toBe(0)
  await page.keyboard.press("r")
  await step.filter({ hasText: "Scores · In the runoff by the highest sums" }).waitFor()
  expect(await page.getByText("would win").count()).toBe(0)
  await page.keyboard.press("r")
  await step.filter({ hasText: "42 for" }).waitFor()
  expect(plain(await step.textContent())).toContain("9 without a preference. · بيتزا (كبيرة) would win.")
  await page.locator(".stage-bars li[data-option=b] [data-part=votes]", { hasText: "58" }).waitFor()
  await page.keyboard.press("r")
  await step.waitFor({ state: "detached" })
})

test("the bars of the stage are equally long, however long the words beside them are", async () => {
  const options = ["Bun in production", "Elysia", "Postgres", "CRDTs for humans", "Typography"]
  await makePoll(sql, "talks", {
    options: options.map((label, i) => ({ id: "abcde".charAt(i), label })),
    ballot: { method: "rate", highest: 5, abstain: false },
  })
  await addBallots(sql, "talks", { ratings: { a: 5, b: 1 } }, 12)
  await addBallots(sql, "talks", { ratings: { c: 4 } }, 1)
  const page = await open("/polls/talks/stage", { width: 1280, height: 720 })
  const bars = page.locator('.stage-bars[data-numbers="below"] .bar')
  await bars.first().waitFor()
  const widths = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width))
  expect(widths).toEqual(widths.map(() => widths[0] ?? 0))
})
