/** What people watch: results, the stage, frames in other sites, and what became of a ballot. */

import type { Page } from "playwright-core"
import { vote } from "./ballot-shots"
import { ADDRESSES } from "./places"
import type { Shot } from "./shot"

const at = (path: string) => `${ADDRESSES.result}${path}`

function results(state: string, poll: string, chart = true): Shot {
  return {
    name: `results-${state}`,
    open: async ({ page }) => {
      const history = chart ? page.waitForResponse(`**/api/polls/${poll}/results`) : undefined
      await page.goto(at(`/polls/${poll}`))
      await page.locator(".status-line").waitFor()
      if (!chart) return page.locator("#connection.live").waitFor()
      await page.locator(".chart").scrollIntoViewIfNeeded()
      await history
      await page.locator(".plot canvas").waitFor()
      await page.evaluate(() => scrollTo(0, 0))
    },
    ...(chart && { settled: untilDrawn }),
  }
}

/** Longer than a chart waits before it is drawn again. */
const QUIET_MS = 400

/** A chart is drawn when it comes into view, and again with what the server knows, and in the colours of the scheme. */
async function untilDrawn(page: Page): Promise<void> {
  let before = ""
  await page.locator(".plot canvas").waitFor()
  const drawing = () => page.locator(".plot canvas").evaluate((it) => (it as HTMLCanvasElement).toDataURL())
  for (let now = await drawing(); now !== before; now = await drawing()) {
    before = now
    await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), QUIET_MS)
  }
}

/** The stage has a scheme of its own, whatever the machine at the projector likes. */
function stage(state: string, poll: string, act?: (page: Page) => Promise<void>): Shot {
  return {
    name: `stage-${state}`,
    devices: ["stage"],
    reopen: true,
    open: async ({ page, scheme }) => {
      await page.goto(at(`/polls/${poll}/stage?theme=${scheme}`))
      await page.locator("#connection.live").waitFor({ state: "attached" })
      await act?.(page)
    },
  }
}

function embed(state: string, path: string, shows: string): Shot {
  return {
    name: `embed-${state}`,
    open: async ({ page }) => {
      await page.goto(`${ADDRESSES.host}${path}`)
      await page.frameLocator("iframe").getByText(shows).first().waitFor()
      // The frame's first height is a guess; this is its own.
      await page.waitForFunction(() => !document.querySelector("iframe")?.style.height.startsWith("360px"))
    },
  }
}

export const resultShots: Shot[] = [
  results("open", "meetup"),
  results("zero", "owls", false),
  results("tie", "dessert"),
  results("closed", "tabs"),
  results("final", "band"),
  results("scheduled", "keynote", false),
  results("hidden-after-vote", "team", false),
  results("hidden-after-close", "speaker", false),
  results("many", "city"),
  stage("open", "meetup"),
  stage("many", "city"),
  stage("hidden", "speaker"),
  stage("covered", "meetup", async (page) => {
    await page.keyboard.press("Space")
    await page.getByText("The results are covered").waitFor()
  }),
  stage("keys", "meetup", async (page) => {
    await page.keyboard.press("?")
    await page.getByRole("dialog").waitFor()
  }),
  stage("final", "band"),
  embed("results", "/", "Kraków"),
  embed("ballot", "/?view=ballot", "T-shirts"),
  {
    name: "receipt-counted",
    open: async ({ page }) => {
      await vote(page, "lunch", "Salad")
      await follow(page, "counted")
    },
  },
  {
    name: "receipt-replaced",
    open: async ({ page }) => {
      await vote(page, "lunch", "Salad")
      const first = await page.getByRole("link", { name: "Check my ballot" }).getAttribute("href")
      await page.getByRole("link", { name: "Change my vote" }).click()
      await page.getByRole("button", { name: "Pizza" }).click()
      await page.locator(".voted .tally").waitFor()
      await untilStatus(page, first ?? "", "replaced")
    },
  },
]

async function follow(page: Page, status: string): Promise<void> {
  const address = await page.getByRole("link", { name: "Check my ballot" }).getAttribute("href")
  await untilStatus(page, address ?? "", status)
}

/** A ballot is counted within a moment; until then its receipt is pending. */
async function untilStatus(page: Page, address: string, status: string): Promise<void> {
  const shown = page.locator("#receipt-status", { hasText: new RegExp(status, "i") })
  await page.goto(address)
  while (!(await shown.isVisible())) await page.reload()
}
