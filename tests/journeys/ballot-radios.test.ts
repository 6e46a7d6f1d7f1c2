/** What a voter does on a ballot that rates options, or says yes or no to each, in a real browser. More of it in tests/stores. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import { castButton, openLive, saidOfChoice } from "../harness/choices"
import { expectAccessible, expectNoSideScroll } from "../harness/pages"
import { choose, chosenWithWords, RADIO_POLLS } from "../harness/radios"

const used = useBallotBrowser(RADIO_POLLS, (fixture) => {
  const said = { a: { yes: 3, no: 1 }, b: {}, c: { no: 2 } }
  const counts = { version: 5, votes: { a: 3, b: 0, c: 0 }, said, total: 6, abstained: 1 }
  return fixture.admin.set(keys.tally("motions"), JSON.stringify(counts))
})

test("options are rated on a phone, the bar says how many are, and a rating can be taken back", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/`, { width: 390 })
  expect(await castButton(page).textContent()).toBe("Rate at least one")
  // For Playwright, a button that only says so is disabled.
  await castButton(page).click({ force: true })
  await page.getByRole("alert").getByText("Nothing was filled in yet.").waitFor()
  await choose(page, "Cats", "10")
  await choose(page, "Dogs", "7")
  await choose(page, "פיצה (גדולה)", "0")
  await becomes(() => saidOfChoice(page), "3 of 3 rated")
  await choose(page, "Dogs", "No rating")
  await becomes(() => saidOfChoice(page), "2 of 3 rated")
  expect(await page.getByRole("alert").textContent()).toBe("")
  await expectAccessible(page)
  await expectNoSideScroll(page)
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats 10 of 10", "פיצה (גדולה) 0 of 10"])
  await page.reload()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats 10 of 10", "פיצה (גדולה) 0 of 10"])
  await page.context().close()
})

test("abstaining from all takes a second press once something is filled in, and can be taken back", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/fives`, { width: 390 })
  await choose(page, "Cats", "5")
  await choose(page, "Dogs", "0")
  const abstain = page.getByRole("button", { name: "Abstain", exact: true })
  await abstain.click()
  await becomes(() => castButton(page).textContent(), "Cast my abstention")
  await becomes(() => saidOfChoice(page), "Abstention")
  await abstain.click()
  await becomes(() => saidOfChoice(page), "2 of 3 rated")
  await abstain.click()
  await castButton(page).click()
  await page.locator(".chosen", { hasText: "Abstention" }).waitFor()
  await page.context().close()
})

test("a scale from 0 to 5 and no rating stand in one line of a phone", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/fives`, { width: 360 })
  const lines = await page
    .locator(".scale")
    .first()
    .locator("label")
    .evaluateAll((labels) => new Set(labels.map((label) => label.getBoundingClientRect().top)).size)
  expect(lines).toBe(1)
  await page.context().close()
})

test("yes and no need a keyboard alone, and the page shows what was said by all", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/motions`)
  await page.keyboard.press("Tab")
  await page.keyboard.press("ArrowRight")
  await becomes(() => saidOfChoice(page), "1 of 3 answered")
  await page.keyboard.press("Tab")
  await page.keyboard.press("ArrowLeft")
  await becomes(() => saidOfChoice(page), "2 of 3 answered")
  await castButton(page).focus()
  await page.keyboard.press("Enter")
  await page.locator("h1:focus", { hasText: "Your vote is in" }).waitFor()
  expect(await chosenWithWords(page)).toEqual(["Cats Yes", "Dogs No"])
  await page.getByText("6 ballots · abstentions: 1").waitFor()
  const rows = await page.locator(".tally .number").allTextContents()
  expect(rows.map((row) => row.trim())).toEqual([
    "Yes 3 No 1 Abstained 2",
    "Yes 0 No 0 Abstained 6",
    "Yes 0 No 2 Abstained 4",
  ])
  await expectAccessible(page)
  await page.context().close()
})

test("the bar of one motion says whether it is answered, and how", async () => {
  const { browser, fixture } = used()
  const page = await openLive(browser, `${fixture.url}/polls/motion`)
  await becomes(() => saidOfChoice(page), "Not answered yet")
  for (const answer of ["Yes", "No"]) {
    await choose(page, "Cats", answer)
    await becomes(() => saidOfChoice(page), `Your answer: ${answer}`)
  }
  await page.context().close()
})
