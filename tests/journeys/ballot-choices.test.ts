/** What a voter does on a ballot for several options, in a real browser, with scripts and without. More of it in tests/stores. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import {
  CHOICE_POLLS,
  castAndChange,
  castButton,
  chosenOn,
  openLive,
  saidOfChoice,
  tap,
} from "../harness/choices"
import { expectAccessible, expectNoSideScroll, openPage } from "../harness/pages"

const used = useBallotBrowser(CHOICE_POLLS, (fixture) => {
  const counts = { version: 5, votes: { a: 3, b: 2, c: 0, d: 0 }, total: 4, abstained: 1 }
  return fixture.admin.set(keys.tally("pets"), JSON.stringify(counts))
})

test("boxes are ticked up to the most that may be, the button says what is missing, and one press casts them all", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/`, { width: 390 })
  expect(await castButton(page).textContent()).toBe("Choose at least 2")
  // For Playwright, a button that only says so is disabled.
  await castButton(page).click({ force: true })
  await page.getByRole("alert").getByText("Too few were chosen: choose at least 2.").waitFor()
  await tap(page, "Cats")
  await becomes(() => saidOfChoice(page), "1 of 3 chosen")
  expect(await page.getByRole("alert").textContent()).toBe("")
  for (const label of ["Dogs", "Birds"]) await tap(page, label)
  await tap(page, "פיצה")
  await becomes(() => saidOfChoice(page), "3 are chosen, and no more can be: remove one first.")
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(3)
  await expectAccessible(page)
  await expectNoSideScroll(page)
  await tap(page, "Birds")
  await becomes(() => saidOfChoice(page), "2 of 3 chosen")
  expect(await castButton(page).textContent()).toBe("Vote")
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Cats", "Dogs"])
  await page.getByText("4 ballots · abstentions: 1").waitFor()
  await becomes(() => page.locator(".tally strong").allTextContents(), ["100%", "66.7%", "0%", "0%"])
  await page.reload()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Cats", "Dogs"])
  await page.context().close()
})

test("what is ticked is kept for a reload as soon as the page shows it, before it is painted", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/swing`)
  const kept = await page.evaluate(() => {
    const { promise, resolve } = Promise.withResolvers<string[]>()
    const look = () =>
      resolve(Object.entries(sessionStorage).flatMap(([key, it]) => (key.includes(".draft.") ? [it] : [])))
    const status = document.querySelector(".cast")
    if (status)
      new MutationObserver(look).observe(status, { childList: true, characterData: true, subtree: true })
    document.querySelector<HTMLElement>(".option")?.click()
    return promise
  })
  expect(kept.map((it) => JSON.parse(it))).toEqual([{ choice: { options: ["a"] }, words: 0 }])
  await page.context().close()
})

test("a ballot for several options needs a keyboard alone: digits and the space bar tick, and Enter leads to the button", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/`)
  await page.getByText("On a keyboard: keys 1–4 choose, Enter twice votes.").waitFor()
  await page.keyboard.press("1")
  await page.keyboard.press("4")
  await becomes(() => saidOfChoice(page), "2 of 3 chosen")
  await page.keyboard.press("1")
  await page.keyboard.press("Tab")
  await page.keyboard.press("Space")
  await becomes(() => saidOfChoice(page), "2 of 3 chosen")
  await page.keyboard.down("Enter")
  await page.keyboard.down("Enter")
  await page.keyboard.up("Enter")
  await page.locator(".cast .primary:focus").waitFor()
  expect(await page.locator(".chosen").count()).toBe(0)
  await page.keyboard.press("Enter")
  await page.locator("h1:focus", { hasText: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Cats", "פיצה (גדולה)"])
  await page.context().close()
})

test("without scripts, too, several options are chosen, and chosen anew", async () => {
  const { browser, fixture } = used()
  const page = await openPage(browser, `${fixture.url}/polls/swing`, { javaScript: false })
  for (const label of ["Cats", "Birds"]) await tap(page, label)
  await castAndChange(page)
  await page.context().close()
})
