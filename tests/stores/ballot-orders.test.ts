/** Ballots of every method whose options stand in each voter's own order, in a real browser, beyond what tests/journeys has of it. */

import { expect, test } from "bun:test"
import { useBallotBrowser } from "../harness/ballot-browser"
import { castButton, chosenOn, openLive } from "../harness/choices"
import { BIRDS, expectOwnOrder, ONE_BIRD, ORDER_POLLS, shownOn, WAITING_BIRD } from "../harness/orders"
import { openPage } from "../harness/pages"
import { choose, chosenWithWords } from "../harness/radios"

const used = useBallotBrowser(ORDER_POLLS)

test.each(["several", "ranked", "rated", "decided"])(
  "in the poll %p each voter has an own order, and keeps it",
  async (poll) => {
    const { browser, fixture } = used()
    await expectOwnOrder(browser, `${fixture.url}/polls/${poll}`)
  },
)

test("what is ticked, ranked, rated or said is what the voter saw beside it", async () => {
  const { browser, fixture } = used()
  const several = await openLive(browser, `${fixture.url}/polls/several`)
  for (const label of ["Fink", "Blaumeise"]) await several.locator(".option", { hasText: label }).click()
  await several.keyboard.press("8")
  await castButton(several).click()
  await several.locator(".voted").waitFor()
  expect(await chosenOn(several)).toEqual(["Blaumeise", "Fink", "Ibis"])
  const ranked = await openPage(browser, `${fixture.url}/polls/ranked`, { javaScript: false })
  for (const [place, label] of ["Ibis", "Amsel"].entries())
    await ranked
      .locator(".option", { hasText: label })
      .locator("select")
      .selectOption(`${place + 1}`)
  await castButton(ranked).click()
  await ranked.locator(".voted").waitFor()
  expect(await chosenOn(ranked)).toEqual(["Ibis", "Amsel"])
  const rated = await openLive(browser, `${fixture.url}/polls/rated`)
  await choose(rated, "Dohle", "4")
  await choose(rated, "Elster", "0")
  await castButton(rated).click()
  await rated.locator(".voted").waitFor()
  expect(await chosenWithWords(rated)).toEqual(["Dohle 4", "Elster 0"])
  for (const page of [several, ranked, rated]) await page.context().close()
})

test("a page that waits for a poll gets its order when that becomes random", async () => {
  const { browser, fixture } = used()
  const page = await openPage(browser, `${fixture.url}/polls/waiting`)
  await page.getByText("opens").first().waitFor()
  await fixture.writePolls({ ...WAITING_BIRD, order: "random", opensAt: null, revision: 2 })
  await page.locator(".option").first().waitFor()
  const order = await shownOn(page)
  expect(order.toSorted()).toEqual(BIRDS)
  await page.reload()
  expect(await shownOn(page)).toEqual(order)
  await page.context().close()
})

test("an option that is added before the first vote has its place in the voter's order, too", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/one`)
  const options = [...ONE_BIRD.options, { id: "o9", label: "Jagdfasan" }]
  await fixture.writePolls({ ...ONE_BIRD, options, words: 1, revision: 2 })
  await page.locator(".option", { hasText: "Jagdfasan" }).waitFor()
  const order = await shownOn(page)
  expect(order.toSorted()).toEqual([...BIRDS, "Jagdfasan"])
  await page.reload()
  expect(await shownOn(page)).toEqual(order)
  await page.context().close()
})
