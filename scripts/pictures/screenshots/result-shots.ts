/** What people watch: results, the stage, frames in other sites, and what became of a ballot. */

import type { FrameLocator, Page, WebSocketRoute } from "playwright-core"
import { ADDRESSES } from "./addresses"
import { voteFor } from "./ballot-shots"
import { type RareFate, withRareBallot } from "./rare-ballots"
import type { Shot } from "./shot"

const { host, neighbour } = ADDRESSES
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

/** The page once its network is gone. Being offline, Chromium opens no new connections, but leaves those that are open. */
function cutOff({ open, ...shot }: Shot): Shot {
  return {
    ...shot,
    reopen: true,
    open: async (visit) => {
      const { page } = visit
      const sockets: WebSocketRoute[] = []
      await page.context().setOffline(false)
      await page.routeWebSocket(/./, (socket) => {
        socket.connectToServer()
        sockets.push(socket)
      })
      await open(visit)
      await page.locator("#connection.live").waitFor({ state: "attached" })
      await page.context().setOffline(true)
      for (const socket of sockets) await socket.close()
      await page.getByText("Reconnecting…").waitFor()
    },
  }
}

/** @param act what is done in the frame first */
function embed(
  state: string,
  address: string,
  shows: string,
  act?: (frame: FrameLocator) => Promise<void>,
): Shot {
  return {
    name: `embed-${state}`,
    open: async ({ page }) => {
      await page.goto(address)
      const frame = page.frameLocator("iframe")
      await act?.(frame)
      await frame.getByText(shows).first().waitFor()
      // The frame's first height is a guess; this is its own.
      await page.waitForFunction(() => !document.querySelector("iframe")?.style.height.startsWith("360px"))
    },
  }
}

/** A ballot for which only the tables need to be made to speak. */
function receipt(fate: RareFate, shows: string): Shot {
  return {
    name: `receipt-${fate}`,
    open: ({ page, sql }) =>
      withRareBallot(sql, "talk", fate, async (receipt) => {
        await page.goto(at(`/polls/talk/receipts/${receipt}`))
        await page.locator("#receipt-status", { hasText: shows }).waitFor()
      }),
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
  results("several", "workshops"),
  results("many", "city"),
  cutOff(results("reconnecting", "meetup")),
  {
    name: "results-unknown",
    open: async ({ page }) => {
      await page.goto(at("/polls/breakfast"))
      await page.getByText("There is no such poll").waitFor()
    },
  },
  stage("open", "meetup"),
  stage("several", "workshops"),
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
  stage("scheduled", "keynote"),
  stage("closed", "tabs"),
  stage("final", "band"),
  stage("tie", "dessert"),
  cutOff(stage("reconnecting", "meetup")),
  embed("results", `${host}/meetup`, "Kraków"),
  embed("results-closed", `${host}/tabs`, "Spaces"),
  embed("results-final", `${host}/band`, "Take Five"),
  embed("results-several", `${host}/workshops`, "Banjo"),
  embed("ballot", `${host}/shirt?view=ballot`, "T-shirts"),
  embed("ballot-voted", `${neighbour}/shirt?view=ballot`, "Your vote is in", async (frame) => {
    await frame.getByRole("button", { name: "Forest" }).click()
    await frame.getByRole("button", { name: "Vote for Forest" }).click()
    await frame.locator(".voted .tally").waitFor()
  }),
  {
    name: "receipt-counted",
    open: async ({ page }) => {
      await voteFor(page, "lunch", "Salad")
      await follow(page, "counted")
    },
  },
  {
    name: "receipt-replaced",
    open: async ({ page }) => {
      await voteFor(page, "lunch", "Salad")
      const first = await page.getByRole("link", { name: "Check my ballot" }).getAttribute("href")
      await page.getByRole("link", { name: "Change my vote" }).click()
      await page.getByRole("button", { name: "Pizza" }).click()
      await page.locator(".voted .tally").waitFor()
      await untilStatus(page, first ?? "", "replaced")
    },
  },
  receipt("pending", "waiting to be counted"),
  receipt("late", "Not counted"),
  receipt("set-aside", "Set aside"),
  receipt("lost", "Lost"),
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
