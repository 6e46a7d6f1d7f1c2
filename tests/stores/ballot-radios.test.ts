/** More of what a voter does on a ballot that rates options, or says yes or no to each (tests/journeys/ballot-radios.test.ts). */

import { expect, test } from "bun:test"
import { openBeforeScript, useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import { castButton, openLive, saidOfChoice } from "../harness/choices"
import { expectAccessible, expectNoSideScroll, openPage } from "../harness/pages"
import { choose, chosenWithWords, RADIO_POLLS } from "../harness/radios"

const used = useBallotBrowser(RADIO_POLLS)

test("without scripts, too, yes and no are said, and said anew", async () => {
  const { browser, fixture } = used()
  const page = await openPage(browser, `${fixture.url}/polls/board`, { javaScript: false })
  await choose(page, "Cats", "Yes")
  await choose(page, "Dogs", "No")
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats Yes", "Dogs No"])
  await page.getByRole("link", { name: "Change my vote" }).click()
  await choose(page, "Dogs", "Abstain")
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats Yes"])
  await page.context().close()
})

test("ratings can be changed, also to an abstention", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/fives`)
  await choose(page, "Cats", "5")
  await choose(page, "Dogs", "0")
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats 5 of 5", "Dogs 0 of 5"])
  await page.getByRole("link", { name: "Change my vote" }).click()
  await becomes(() => saidOfChoice(page), "2 of 3 rated")
  await choose(page, "Cats", "No rating")
  await castButton(page).click()
  await becomes(() => chosenWithWords(page), ["Dogs 0 of 5"])
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("button", { name: "Abstain" }).click()
  await becomes(() => chosenWithWords(page), ["Abstention"])
  await page.context().close()
})

test("an abstention takes back what was said, and saying anything takes back the abstention", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/motions`)
  await choose(page, "Cats", "Yes")
  await page.getByRole("button", { name: "Abstain" }).click()
  await becomes(() => page.locator(".scale .none input:checked").count(), 3)
  const confirm = page.getByRole("button", { name: "Cast my abstention" })
  await confirm.waitFor()
  await expectAccessible(page)
  await choose(page, "Dogs", "No")
  await becomes(() => confirm.count(), 0)
  await page.getByRole("button", { name: "Abstain" }).click()
  await confirm.click()
  await becomes(() => chosenWithWords(page), ["Abstention"])
  await page.context().close()
})

test("what was said is kept while the network is away, and sent once it is back", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/board`)
  await choose(page, "Cats", "No")
  await page.context().setOffline(true)
  await castButton(page).click()
  await page.getByText("You are offline. Your vote is sent as soon as you are back.").waitFor()
  expect(await page.getByRole("radio", { name: "No", checked: true }).count()).toBe(1)
  await page.context().setOffline(false)
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats No"])
  await page.context().close()
})

test("fifty options with ratings up to 10 stay usable on a phone: the bar covers no button that has the focus", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/fifty`, { width: 390 })
  await choose(page, "Option 50", "10")
  await page.locator("form").focus()
  for (let moves = 0; moves < 9; moves++) await page.keyboard.press("Tab")
  await page.keyboard.press("ArrowRight")
  await becomes(() => saidOfChoice(page), "2 of 50 rated")
  const [button, bar] = await page
    .locator("input:focus, .cast")
    .evaluateAll((elements) => elements.map((it) => it.getBoundingClientRect().toJSON()))
  expect(bar.bottom).toBeLessThanOrEqual(740)
  expect(button.bottom).toBeLessThan(bar.top)
  expect(Math.min(button.width, button.height)).toBeGreaterThanOrEqual(44)
  await expectNoSideScroll(page)
  await page.context().close()
})

test("what was said before the script ran counts", async () => {
  const { page, letGo } = await openBeforeScript(used(), "radios")
  await choose(page, "Cats", "10")
  await choose(page, "Dogs", "0")
  letGo()
  await becomes(() => saidOfChoice(page), "2 of 3 rated")
  await page.context().close()
})
