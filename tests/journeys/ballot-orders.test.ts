/** Polls that show each voter the options in an own order, in a real browser, with scripts and without. More of it in tests/stores. */

import { expect, test } from "bun:test"
import { useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import { chosenOn, openLive } from "../harness/choices"
import { BIRDS, expectOwnOrder, ONE_BIRD, ORDER_POLLS, shownOn, writeTally } from "../harness/orders"

const used = useBallotBrowser(ORDER_POLLS, writeTally)
const numberOf = (label: string) => String(BIRDS.indexOf(label) + 1)

test("a voter sees the same order after a reload, with scripts and without, and another voter another one", async () => {
  const { browser, fixture } = used()
  await expectOwnOrder(browser, `${fixture.url}/polls/one`)
})

test("the order stays while the poll is read anew, and a key votes for the option that has its number", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/one`)
  const order = await shownOn(page)
  const last = order.at(-1) ?? ""
  const card = page.locator(".option", { hasText: last })
  expect(await card.locator("text").first().textContent()).toBe(numberOf(last))
  await fixture.writePolls({
    ...ONE_BIRD,
    results: "live",
    title: "Which bird, then?",
    words: 1,
    revision: 2,
  })
  await page.getByRole("heading", { name: "Which bird, then?" }).waitFor()
  expect(await shownOn(page)).toEqual(order)
  await page.keyboard.press(numberOf(last))
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenOn(page)).toEqual([last])
  // Results are in the order in which the options are written.
  await becomes(() => page.locator(".tally bdi").allTextContents(), BIRDS)
  await page.getByRole("link", { name: "Change my vote" }).click()
  expect(await shownOn(page)).toEqual(order)
  // The focus follows what is seen.
  await page.locator("form").focus()
  for (const label of order) {
    await page.keyboard.press("Tab")
    expect(await page.locator(":focus bdi").textContent()).toBe(label)
  }
  await page.context().close()
})
