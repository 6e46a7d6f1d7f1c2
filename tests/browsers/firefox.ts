/** Firefox by WebDriver BiDi, which it speaks itself. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import puppeteer, { type ElementHandle, type Frame, type Page } from "puppeteer-core"
import { ensureTool } from "../../scripts/services/tools/tools"
import { type Browser, DRAG_STEPS, find, middle, type Place, type Tab } from "./tab"

/** Its first start on a busy machine takes half a minute. */
const START_MS = 120_000

export async function startFirefox(): Promise<Browser> {
  // As root it refuses a home that belongs to somebody else, as it would leave files there.
  const home = mkdtempSync(join(tmpdir(), "tallyroom-firefox-"))
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: await ensureTool("firefox"),
    headless: true,
    timeout: START_MS,
    env: { ...process.env, HOME: home },
    extraPrefsFirefox: { "intl.accept_languages": "en" },
  })
  return {
    async open(width) {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      await page.setViewport({ width, height: 740 })
      return { ...tabOf(page), close: () => context.close() }
    },
    async close() {
      await browser.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function tabOf(page: Page): Omit<Tab, "close"> {
  return {
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    evaluate: async <Value>(expression: string, frame?: string) =>
      (await (await frameOf(page, frame)).evaluate(expression)) as Value,
    async click({ frame, ...place }) {
      const handle = await (await frameOf(page, frame)).evaluateHandle(find, place)
      const element = handle.asElement() as ElementHandle<Element> | null
      if (!element) throw new Error(`there is no ${JSON.stringify(place)}`)
      // It scrolls no further than to where the bar that casts covers the element, and then clicks on that.
      await element.evaluate((it) => it.scrollIntoView({ block: "center" }))
      await element.click()
    },
    async drag(from, to) {
      const [start, end] = [await middleOf(page, from), await middleOf(page, to)]
      await page.mouse.move(start.x, start.y)
      await page.mouse.down()
      await page.mouse.move(end.x, end.y, { steps: DRAG_STEPS })
      await page.mouse.up()
    },
    press: (key) => page.keyboard.press(key),
    write: (text) => page.keyboard.type(text),
    async forgetCookies() {
      const context = page.browserContext()
      await context.deleteCookie(...(await context.cookies()))
    },
  }
}

async function middleOf(page: Page, place: Place): Promise<{ x: number; y: number }> {
  const found = await page.evaluate(middle, place)
  if (!found) throw new Error(`there is no ${JSON.stringify(place)}`)
  return found
}

async function frameOf(page: Page, selector: Place["frame"]): Promise<Frame> {
  if (selector === undefined) return page.mainFrame()
  const frame = await (await page.$(selector))?.contentFrame()
  if (!frame) throw new Error(`there is no frame ${selector}`)
  return frame
}
