/** Polls in a browser that show each voter the options in an own order, and what is seen there. */

import { expect } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Browser, Page } from "playwright-core"
import { examplePoll, type VoteFixture } from "../../apps/vote/testing/vote"
import { openLive } from "./choices"
import { expectAccessible, expectNoSideScroll, openPage, screenshot } from "./pages"

export const BIRDS = ["Amsel", "Blaumeise", "Dohle", "Elster", "Fink", "Grünspecht", "Häher", "Ibis"]
const options = BIRDS.map((label, i) => ({ id: `o${i + 1}`, label }))

const birds = (number: number, id: string, ballot: Partial<BallotMethod>, more: Partial<Poll> = {}) =>
  examplePoll({
    ...{ number, id, isDefault: number === 1, title: "Which bird?", options, order: "random" },
    ballot: ballotMethodSchema.parse({ method: "choose", ...ballot }),
    ...more,
  })

export const ONE_BIRD = birds(1, "one", {}, { policy: "changeable" })
export const WAITING_BIRD = birds(
  6,
  "waiting",
  {},
  { order: "as-written", opensAt: new Date(Date.now() + 3_600_000) },
)
export const ORDER_POLLS = [
  ONE_BIRD,
  birds(2, "several", { max: 3 }),
  birds(3, "ranked", { method: "rank", max: 3 }),
  birds(4, "rated", { method: "rate" }),
  birds(5, "decided", { method: "decide" }),
  WAITING_BIRD,
]

/** Writes a tally of the poll of one option. */
export function writeTally({ admin }: VoteFixture): Promise<unknown> {
  const votes = Object.fromEntries(options.map(({ id }) => [id, 1]))
  return admin.set(keys.tally(ONE_BIRD.id), JSON.stringify({ version: 8, votes, total: 8 }))
}

/** The labels of the options as the page shows them, from the top to the bottom. */
export async function shownOn(page: Page): Promise<string[]> {
  const cards = await page.locator(".options .option").evaluateAll((cards) =>
    cards.map((card) => {
      const { x, y } = card.getBoundingClientRect()
      return { label: card.querySelector(".label bdi")?.textContent ?? "", x, y }
    }),
  )
  return cards.sort((a, b) => a.y - b.y || a.x - b.x).map(({ label }) => label)
}

/** Expects a voter to see the same order after a reload, with scripts and without, and another voter another one. */
export async function expectOwnOrder(browser: Browser, address: string): Promise<void> {
  const plain = await openPage(browser, address, { javaScript: false, width: 390 })
  const order = await shownOn(plain)
  expect(order.toSorted()).toEqual(BIRDS)
  await plain.reload()
  expect(await shownOn(plain)).toEqual(order)
  await expectNoSideScroll(plain)
  const live = await openLive(browser, address, { width: 390 })
  expect(await shownOn(live)).not.toEqual(order)
  // The same voter, whose browser now runs scripts.
  await live.context().clearCookies()
  await live.context().addCookies(await plain.context().cookies())
  for (const visit of [() => live.goto(address), () => live.reload()]) {
    await visit()
    await live.locator("form:focus").waitFor()
    expect(await shownOn(live)).toEqual(order)
  }
  await expectAccessible(live)
  if (process.env.PICTURES)
    await screenshot(live, `${process.env.PICTURES}/order-${address.split("/").at(-1)}.png`)
  for (const page of [plain, live]) await page.context().close()
}
