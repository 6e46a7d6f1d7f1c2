/** Ballots for several options or none in a browser: polls that have them, and what a voter does and sees there. */

import { expect } from "bun:test"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Page } from "playwright-core"
import { examplePoll } from "../../apps/vote/testing/vote"
import { openPage } from "./pages"

const options = ["Cats", "Dogs", "Birds", "פיצה (גדולה)"].map((label, i) => ({ id: "abcd".charAt(i), label }))
const fifty = Array.from({ length: 50 }, (_, i) => ({ id: `o${i + 1}`, label: `Option ${i + 1}` }))

const CHANGEABLE = { options, policy: "changeable" } as const
const by = (ballot: unknown) => ballotMethodSchema.parse(ballot)
const choose = (ballot: Partial<BallotMethod>) => ballotMethodSchema.parse({ method: "choose", ...ballot })

export const CHOICE_POLLS: Poll[] = [
  examplePoll({ isDefault: true, options, ballot: choose({ min: 2, max: 3, abstain: true }) }),
  examplePoll({ number: 2, id: "swing", options, ballot: choose({ max: "all" }), policy: "changeable" }),
  examplePoll({ number: 3, id: "fifty", options: fifty, ballot: choose({ min: 2, max: 5 }) }),
  examplePoll({ number: 4, id: "none", options, ballot: choose({ abstain: true }) }),
  examplePoll({ ...CHANGEABLE, number: 5, id: "ranked", ballot: by({ method: "rank", max: 3 }) }),
  examplePoll({ ...CHANGEABLE, number: 6, id: "rated", ballot: by({ method: "rate", highest: 5 }) }),
]

/** Opens a page and waits until its script runs. */
export async function openLive(...[browser, url, view]: Parameters<typeof openPage>): Promise<Page> {
  const page = await openPage(browser, url, view)
  await page.locator("form:focus").waitFor()
  return page
}

export const tap = (page: Page, label: string) => page.locator(".option", { hasText: label }).click()

/** The button that casts the ballot. */
export const castButton = (page: Page) => page.locator(".cast .primary")

/** How much is chosen, as the page says it. */
export const saidOfChoice = (page: Page) => page.locator(".cast").getByRole("status").textContent()

/** What the page of a vote says that was chosen. */
export const chosenOn = (page: Page) => page.locator(".chosen bdi").allTextContents()

/** Casts the two options that are ticked on this page, Cats and Birds, and then Cats and Dogs in their place. */
export async function castAndChange(page: Page): Promise<void> {
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Cats", "Birds"])
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("checkbox", { name: "Birds Your choice now", checked: true }).waitFor()
  await tap(page, "Birds")
  await tap(page, "Dogs")
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Cats", "Dogs"])
}
