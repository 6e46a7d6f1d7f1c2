import type { Frame, Page } from "playwright-core"
import { launchChromium } from "../harness/chromium"
import { type Browser, DRAG_STEPS, find, middle, type Place, type Tab } from "./tab"

export async function startChromium(): Promise<Browser> {
  const browser = await launchChromium()
  return {
    async open(width) {
      const context = await browser.newContext({ viewport: { width, height: 740 }, locale: "en" })
      return { ...tabOf(await context.newPage()), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

function tabOf(page: Page): Omit<Tab, "close"> {
  return {
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    evaluate: async <Value>(expression: string, frame?: string) =>
      (await frameOf(page, frame)).evaluate<Value>(expression),
    async click({ frame, ...place }) {
      const handle = await (await frameOf(page, frame)).evaluateHandle(find, place)
      const element = handle.asElement()
      if (!element) throw new Error(`there is no ${JSON.stringify(place)}`)
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
    forgetCookies: () => page.context().clearCookies(),
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
