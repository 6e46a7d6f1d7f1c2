import { beforeAll, describe, expect, test } from "bun:test"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import type { Browser, Page } from "playwright-core"
import { adminMessages } from "../../apps/result/admin/admin-messages"
import {
  type AppProcess,
  startResultProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { launchChromium } from "../harness/chromium"
import { makeCodesAt, makePollAt, openControlRoom } from "../harness/control-room"
import { expectAccessible, expectNoSideScroll, openPage } from "../harness/pages"
import { useStores } from "../harness/stores"

const PATHS = [
  "/admin",
  "/admin?archived=1",
  "/admin?order=1",
  "/admin/new",
  "/admin/health",
  "/admin/polls/long?recount=1",
  "/admin/polls/long/edit",
  "/admin/polls/long/duplicate",
  "/admin/polls/long/delete",
  "/admin/polls/coded",
  "/admin/polls/planned",
  "/admin/polls/planned/edit",
  "/admin/polls/coded/codes?from=1&count=2",
  "/admin/polls/coded/codes/print",
] as const

const stores = useStores()
let browser: Browser
let result: AppProcess

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResultProcess(stores())
  browser = await launchChromium()
  stores().defer(() => browser.close())
  const options = Array.from({ length: 50 }, (_, i) => ({ id: `o${i}`, label: `${i} ${"W".repeat(77)}` }))
  await makePollAt(result.url, { id: "long", title: `<b>${"Q".repeat(196)}`, options, state: "draft" })
  await makePollAt(result.url, { id: "coded", eligibility: "code" })
  await makeCodesAt(result.url, "coded", 2)
  await makePollAt(result.url, { id: "planned", opensAt: "2040-01-01T10:00:00Z" })
}, 60_000)

async function everyPage(page: Page, check: (path: string) => Promise<void>): Promise<void> {
  for (const path of PATHS) {
    const answer = await page.goto(`${result.url}${path}`)
    expect([path, answer?.status()]).toEqual([path, 200])
    await check(path)
  }
}

/** Doubles the text, as for a reader whose browser has text of 200 %. */
async function enlargeText(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%"
  })
}

/** Labels and buttons with more lines than words: some of their letters are below each other. */
function brokenWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const linesOf = (element: Element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size
    }
    return [...document.querySelectorAll("main :is(label, legend, .button, dt)")].flatMap((element) => {
      const text = element.textContent?.trim() ?? ""
      const words = text.split(/[\s-]+/).length + text.replace(/[ -\u024f]/g, "").length
      return linesOf(element) > words + 1 ? [text] : []
    })
  })
}

/**
 * Controls that a screen reader or voice control can't tell apart: they have the same role and name, and do different
 * things.
 */
async function ambiguous(page: Page): Promise<string[]> {
  const lines = (await page.locator("body").ariaSnapshot()).split("\n")
  const seen = new Map<string, Set<string>>()
  for (const [i, line] of lines.entries()) {
    const [, control = ""] =
      /^\s*- ((?:link|button|textbox|spinbutton|searchbox|checkbox|radio|combobox) "[^"]*")/.exec(line) ?? []
    if (control === "") continue
    // Two links to the same place are one thing.
    const target = control.startsWith("link") ? (lines[i + 1]?.trim() ?? "") : String(i)
    seen.set(control, (seen.get(control) ?? new Set()).add(target))
  }
  return [...seen].flatMap(([control, targets]) => (targets.size > 1 ? [control] : []))
}

describe.each([
  // A phone of 320 pixels with a scrollbar that takes room.
  [305, false],
  [360, true],
  [1280, false],
])("at %i px, dark: %p", (width, dark) => {
  test("every page of the control room is accessible and fits", async () => {
    const door = await openPage(browser, `${result.url}/admin`, { width, dark })
    await expectAccessible(door)
    await door.locator("#token").fill("not the token")
    await door.locator("form.card button").click()
    await door.locator("[aria-invalid=true]").waitFor()
    await expectAccessible(door)
    await expectNoSideScroll(door)
    await door.context().close()
    const page = await openControlRoom(browser, result.url, { width, dark })
    const errors: string[] = []
    page.on("pageerror", (error) => errors.push(error.message))
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
    await everyPage(page, async (path) => {
      await expectAccessible(page)
      await expectNoSideScroll(page)
      expect([path, ...(await ambiguous(page))]).toEqual([path])
    })
    expect(errors).toEqual([])
    await page.goto(`${result.url}/admin/new`)
    await page.locator("form .button.primary").click()
    await page.locator("#title[aria-invalid=true]").waitFor()
    await expectAccessible(page)
    await expectNoSideScroll(page)
    await page.context().close()
  }, 120_000)
})

describe.each(LANGUAGES.map((language) => [language]))("in %s", (language) => {
  test("every page says what it says in that language, with nothing left to fill in", async () => {
    const page = await openControlRoom(browser, result.url, { language, width: 360 })
    await everyPage(page, async () => {
      expect(await page.locator("html").getAttribute("lang")).toBe(language)
      expect(await page.locator("main").textContent()).not.toMatch(/\{\w+\}|undefined|NaN/)
      await expectNoSideScroll(page)
      await enlargeText(page)
      await expectNoSideScroll(page)
      expect(await brokenWords(page)).toEqual([])
    })
    await page.goto(`${result.url}/admin`)
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
      String(adminMessages[language].polls),
    )
    await page.context().close()
  }, 60_000)
})
