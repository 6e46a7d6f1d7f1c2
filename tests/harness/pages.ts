/** Pages in a real browser: opened as people open them, and checked for what every page must hold. */

import AxeBuilder from "@axe-core/playwright"
import type { Browser, Page } from "playwright-core"

export type View = {
  /** CSS pixels; the height follows unless it is given. */
  width?: number
  height?: number
  dark?: boolean
  javaScript?: boolean
  /** What the browser asks for, such as "de". */
  language?: string
  reducedMotion?: boolean
}

/** WCAG 2.2 at levels A and AA. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
const PHONE = 480

/** A page of a browser context of its own: its own cookies, as another person's would be. */
export async function openPage(browser: Browser, url: string, view: View = {}): Promise<Page> {
  const {
    width = 1280,
    height,
    dark = false,
    javaScript = true,
    language = "en",
    reducedMotion = true,
  } = view
  const context = await browser.newContext({
    viewport: { width, height: height ?? (width <= PHONE ? 740 : Math.round(width * 0.6)) },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javaScript,
    locale: language,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    timezoneId: "Europe/Berlin",
  })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** @throws {Error} naming every violation of WCAG 2.2 A/AA and where it is */
export async function expectAccessible(page: Page): Promise<void> {
  // The other mode opens a page for each analysis, to be safe from foreign frames, and takes more than twice the work.
  const builder = new AxeBuilder({ page }).setLegacyMode()
  // What passes is judged all the same, but told of one element alone, which on long pages is half of the work.
  const { violations } = await builder
    .options({ resultTypes: ["violations"] })
    .withTags(RULES)
    .analyze()
  if (violations.length === 0) return
  const lines = violations.map(({ id, help, nodes }) => {
    const places = nodes.map(({ target, failureSummary }) => `  ${target.join(" ")}: ${failureSummary}`)
    return [`${id}: ${help}`, ...places].join("\n")
  })
  throw new Error(`${page.url()} is not accessible:\n${lines.join("\n")}`)
}

/** @throws {Error} when the page is wider than its window, with the widest elements */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return null
    const names = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
    return `${scrollWidth} of ${clientWidth} pixels wide because of ${names.slice(0, 5).join(", ")}`
  })
  if (wide !== null) throw new Error(`${page.url()} scrolls sideways: ${wide}`)
}

/** The whole page as a PNG file. */
export async function screenshot(page: Page, path: string): Promise<void> {
  await page.screenshot({ path, fullPage: true, animations: "disabled" })
}
