/** More of what a voter does on a ballot for several options or none (tests/journeys/ballot-choices.test.ts). */

import { expect, test } from "bun:test"
import type { Page } from "playwright-core"
import { openBeforeScript, useBallotBrowser } from "../harness/ballot-browser"
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
import { expectAccessible, expectNoSideScroll } from "../harness/pages"

const used = useBallotBrowser(CHOICE_POLLS)

test.each(["/", "/polls/none"])(
  "an abstention at %s is confirmed, and choosing an option takes it back",
  async (path) => {
    const { browser, fixture } = used()
    const page = await openLive(browser, `${fixture.url}${path}`)
    await page.getByRole("button", { name: "Abstain" }).click()
    const confirm = page.getByRole("button", { name: "Cast my abstention" })
    await confirm.waitFor()
    await expectAccessible(page)
    await tap(page, "Cats")
    await becomes(() => confirm.count(), 0)
    await page.getByRole("button", { name: "Abstain" }).click()
    expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(0)
    await confirm.click()
    await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
    expect(await chosenOn(page)).toEqual(["Abstention"])
    await page.context().close()
  },
)

test("a choice of several options can be changed", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/swing`)
  for (const label of ["Cats", "Birds"]) await tap(page, label)
  await becomes(() => saidOfChoice(page), "2 chosen")
  await castAndChange(page)
  await page.context().close()
})

test("among fifty options on a phone the button and what is chosen stay in sight, and cover no box that has the focus", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/fifty`, { width: 390 })
  await page.getByText("Option 7", { exact: true }).click()
  for (let moves = 0; moves < 9; moves++) await page.keyboard.press("Tab")
  await page.keyboard.press("Space")
  await becomes(() => saidOfChoice(page), "2 of 5 chosen")
  const [bar, box] = await page
    .locator(".cast, input:focus")
    .evaluateAll((elements) => elements.map((it) => it.getBoundingClientRect().toJSON()).reverse())
  expect(bar.bottom).toBeLessThanOrEqual(740)
  expect(box.bottom).toBeLessThan(bar.top)
  expect(bar.height).toBeLessThan(740 / 4)
  await expectNoSideScroll(page)
  await page.context().close()
})

test("boxes that were ticked before the script ran count", async () => {
  const { page, letGo } = await openBeforeScript(used(), "several")
  for (const label of ["Cats", "Dogs"]) await tap(page, label)
  letGo()
  await becomes(() => saidOfChoice(page), "2 of 3 chosen")
  await page.context().close()
})

/** The order of a ballot that ranks. */
const orderOn = (page: Page) => page.locator(".order .label").allTextContents()

test("options are ranked one after the other, moved by keys, and taken back, and each move is announced", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/ranked`, { width: 390 })
  expect(await castButton(page).textContent()).toBe("Rank at least one")
  await page.keyboard.press("3")
  await page.keyboard.press("1")
  await tap(page, "Dogs")
  await becomes(() => orderOn(page), ["Birds", "Cats", "Dogs"])
  await tap(page, "פיצה")
  await becomes(() => saidOfChoice(page), "3 are ranked, and no more can be: take one back first.")
  await expectAccessible(page)
  await expectNoSideScroll(page)
  await page.getByRole("button", { name: "Move Dogs up" }).focus()
  await page.keyboard.press("Enter")
  await page.locator("#up-b:focus").waitFor()
  await page.keyboard.press("Enter")
  await becomes(() => orderOn(page), ["Dogs", "Birds", "Cats"])
  await page.getByRole("status").filter({ hasText: "Dogs: place 1 of 3." }).waitFor()
  await page.getByRole("button", { name: "Take Birds back" }).click()
  await page.getByRole("status").filter({ hasText: "Birds: taken back." }).waitFor()
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual(["Dogs", "Cats"])
  await page.getByRole("link", { name: "Change my vote" }).click()
  await becomes(() => orderOn(page), ["Dogs", "Cats"])
  await page.context().close()
})

test("an option is dragged to another place", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/ranked`, { height: 1100 })
  for (const label of ["Cats", "Dogs", "Birds"]) await tap(page, label)
  const [first, last] = await page
    .locator(".handle")
    .evaluateAll((handles) => [handles[0], handles[2]].map((it) => it?.getBoundingClientRect().toJSON()))
  await page.mouse.move(last.x + 8, last.y + 8)
  await page.mouse.down()
  await page.mouse.move(first.x + 8, first.y + 8, { steps: 8 })
  await page.mouse.up()
  await becomes(() => orderOn(page), ["Birds", "Cats", "Dogs"])
  await page.mouse.move(first.x + 8, last.y + 8)
  expect(await orderOn(page)).toEqual(["Birds", "Cats", "Dogs"])
  await page.context().close()
})

test("options are rated by the keyboard alone", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/rated`)
  await page.getByRole("radio", { name: "3" }).first().focus()
  await page.keyboard.press("Space")
  await page.keyboard.press("ArrowRight")
  await becomes(() => saidOfChoice(page), "1 of 4 rated")
  await expectAccessible(page)
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await page.locator(".chosen").allTextContents()).toEqual([expect.stringMatching(/Cats4 of 5$/)])
  await page.context().close()
})
