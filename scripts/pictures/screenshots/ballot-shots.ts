/** The ballot in every state. */

import type { Page } from "playwright-core"
import { ADDRESSES } from "./addresses"
import type { Shot } from "./shot"

const at = (path: string) => `${ADDRESSES.vote}${path}`

/** A page that needs nothing but to be opened. */
function plain(state: string, path: string, shows: string): Shot {
  return {
    name: `ballot-${state}`,
    open: async ({ page }) => {
      await page.goto(at(path))
      await page.getByText(shows).first().waitFor()
    },
  }
}

export const ballotShots: Shot[] = [
  plain("open-emoji", "/", "Lisbon"),
  plain("open-colours", "/polls/shirt", "Sunset"),
  plain("open-plain", "/polls/talk", "Queues"),
  plain("open-many", "/polls/city", "Amsterdam"),
  plain("code-needed", "/polls/board", "The 16 characters"),
  {
    name: "ballot-code-wrong",
    open: async ({ page }) => {
      await page.goto(at("/polls/board"))
      await page.getByLabel("Your code").pressSequentially("0123456789ABCDEF")
      await cast(page, "Mei Tanaka")
      await page.getByText("This is no code").waitFor()
    },
  },
  plain("scheduled", "/polls/keynote", "Voting opens in"),
  plain("unknown", "/polls/breakfast", "There is no such poll"),
  plain("closed", "/polls/tabs", "The last votes are being counted"),
  plain("final", "/polls/band", "Winner"),
  plain("final-tie", "/polls/dessert", "A tie"),
  {
    name: "ballot-chosen",
    open: async ({ page }) => {
      await page.goto(at("/polls/talk"))
      await choose(page, "CRDTs")
      await page.getByRole("button", { name: "Vote for" }).waitFor()
    },
  },
  { name: "ballot-voted", open: async ({ page }) => voteFor(page, "lunch", "Ramen") },
  {
    name: "ballot-changing",
    open: async ({ page }) => {
      await voteFor(page, "lunch", "Pizza")
      await page.getByRole("link", { name: "Change my vote" }).click()
      await page.getByRole("link", { name: "Keep my vote" }).waitFor()
    },
  },
  {
    name: "ballot-changed",
    open: async ({ page }) => {
      await voteFor(page, "lunch", "Ramen")
      await page.getByRole("link", { name: "Change my vote" }).click()
      await choose(page, "Salad")
      await page.locator(".chosen", { hasText: "Salad" }).waitFor()
      await page.locator(".voted .tally").waitFor()
    },
  },
  {
    name: "ballot-voted-already",
    open: async ({ page }) => {
      await page.goto(at("/polls/talk"))
      const other = await page.context().newPage()
      await voteFor(other, "talk", "CRDTs")
      await other.close()
      await cast(page, "Typography")
      await page.getByText("You have voted already").waitFor()
      await page.locator(".voted .tally").waitFor()
    },
  },
  {
    name: "ballot-network-voted",
    open: async ({ page }) => {
      await page.goto(at("/polls/house"))
      await cast(page, "Green")
      await page.getByText("takes one vote from each network").waitFor()
    },
  },
  {
    name: "ballot-network-voted-without-scripts",
    withoutScripts: true,
    open: async ({ page }) => {
      await page.goto(at("/polls/house"))
      await choose(page, "Green")
      await page.getByText("This network has voted already").waitFor()
    },
  },
  {
    name: "ballot-not-sent",
    open: async ({ page }) => {
      await page.goto(at("/polls/lunch"))
      await page.context().setOffline(true)
      await choose(page, "Pizza")
      await page.getByText("You are offline").waitFor()
    },
  },
]

async function choose(page: Page, label: string): Promise<void> {
  await page.getByRole("button", { name: label }).click()
}

/** Chooses, and confirms the choice. */
async function cast(page: Page, label: string): Promise<void> {
  await choose(page, label)
  await page.locator(".confirm .button").click()
}

/** Votes, as the poll asks for it, and waits for the tally that is shown then. */
export async function voteFor(page: Page, poll: string, label: string): Promise<void> {
  await page.goto(at(`/polls/${poll}`))
  await choose(page, label)
  const confirm = page.locator(".confirm .button")
  await confirm.or(page.locator(".voted")).first().waitFor()
  if ((await confirm.count()) > 0) await confirm.click()
  await page.locator(".voted .tally").waitFor()
}
