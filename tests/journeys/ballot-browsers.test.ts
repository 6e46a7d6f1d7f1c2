/** What browsers do to the ballot, and what some of them lack: it goes on, or is the page that works without scripts. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Browser } from "playwright-core"
import { examplePoll, startVoteStand, type VoteStand } from "../../apps/vote/vote-stand"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"
import { translatePage } from "../harness/translator"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let stand: VoteStand
let browser: Browser
const soon = examplePoll({ number: 2, id: "soon", policy: "changeable" })

beforeAll(async () => {
  stand = await startVoteStand()
  browser = await launchChromium()
  await stand.writePolls(examplePoll({ isDefault: true }), soon)
})
afterAll(async () => {
  await browser.close()
  await stand.stop()
})

const tally = (poll: string, counts: object) => stand.admin.set(keys.tally(poll), JSON.stringify(counts))

test("A translated ballot goes on: its numbers move, its phases change, and nothing of the old stays.", async () => {
  await stand.writePolls({ ...soon, opensAt: new Date(Date.now() + 3_600_000) })
  const page = await openPage(browser, `${stand.url}/polls/soon`)
  await translatePage(page)
  const clock = page.getByRole("timer")
  const first = (await clock.textContent()) ?? ""
  const moved = (text: string) =>
    ![undefined, text].includes(document.querySelector<HTMLElement>(".clock")?.innerText)
  await page.waitForFunction(moved, first)
  await stand.writePolls({ ...soon, revision: 2 })
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await clock.count()).toBe(0)
  await tally("soon", { version: 1, votes: { a: 1, b: 0 }, total: 1 })
  await page.getByText("1 vote", { exact: true }).waitFor()
  await tally("soon", { version: 2, votes: { a: 1, b: 11 }, total: 12 })
  await page.getByText("12 votes", { exact: true }).waitFor()
  expect(await page.locator(".tally .number").allTextContents()).toEqual(["8.3% 1", "91.7% 11"])
  await stand.writePolls({ ...soon, state: "closed", revision: 3 })
  await page.getByText("This poll is closed").waitFor()
  await stand.writePolls({ ...soon, state: "final", revision: 4 })
  await page.getByText("The result is final").waitFor()
  await page.locator(".winner", { hasText: "Dogs" }).getByText("Winner").waitFor()
  const words = await page.locator("main").innerText()
  for (const old of ["closed", "Your vote is in", "1 vote\n"]) expect(words).not.toContain(old)
  await page.context().close()
})
