/** What a voter does on the ballot, in a real browser, with scripts and without. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Browser } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { voteOnPage } from "../harness/ballot"
import { becomes } from "../harness/becomes"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, openPage } from "../harness/pages"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser
const twelve = Array.from({ length: 12 }, (_, i) => ({ id: `o${i + 1}`, label: `Option ${i + 1}` }))
const coded = examplePoll({ number: 3, id: "coded", eligibility: "code" })

beforeAll(async () => {
  fixture = await startVoteFixture()
  browser = await launchChromium()
  await fixture.writePolls(
    examplePoll({ isDefault: true }),
    examplePoll({ number: 2, id: "swing", policy: "changeable", results: "after-close" }),
    coded,
    examplePoll({ number: 4, id: "gated", results: "after-vote" }),
    examplePoll({ number: 5, id: "many", options: twelve }),
  )
  await tally("pets", { version: 5, votes: { a: 3, b: 1 }, total: 4 })
  await tally("gated", { version: 5, votes: { a: 3, b: 1 }, total: 4 })
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

const tally = (poll: string, counts: object) => fixture.admin.set(keys.tally(poll), JSON.stringify(counts))
const waiting = async () =>
  (await fixture.admin.xlen(keys.inbox(0))) + (await fixture.admin.xlen(keys.inbox(1)))

test("once a choice is confirmed the page says what was chosen, gives the receipt and shows the tally as it moves", async () => {
  const before = await waiting()
  const page = await openPage(browser, fixture.url, { width: 360 })
  const address = page.url()
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(page.url()).toBe(address)
  expect(await page.locator(".chosen").textContent()).toContain("Cats")
  const receipt = (await page.locator(".receipt code").textContent()) ?? ""
  const check = page.getByRole("link", { name: "Check my ballot" })
  expect(await check.getAttribute("href")).toBe(`http://localhost:8081/polls/pets/receipts/${receipt}`)
  await page.getByText("4 votes").waitFor()
  await tally("pets", { version: 6, votes: { a: 4, b: 1 }, total: 5 })
  await page.getByText("5 votes").waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("without scripts the form votes, and its answer holds the same", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/pets`, { javaScript: false })
  await page.getByRole("button", { name: "Dogs" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await page.locator(".chosen").textContent()).toContain("Dogs")
  expect(await page.locator(".receipt code").textContent()).toMatch(/^[\w-]{54}$/)
  expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0)
  const receipt = await page.locator(".receipt code").textContent()
  for (const leave of [() => page.goto(`${fixture.url}/nothing`), () => page.reload()]) {
    await leave()
    if (new URL(page.url()).pathname === "/nothing") await page.goBack()
    await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
    expect(await page.locator(".receipt code").textContent()).toBe(receipt)
  }
  await page.goBack()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  await page.context().close()
})

test("a vote can be changed where the poll allows it, and kept when the voter thinks again", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/swing`)
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByText("The results are shown once the poll is closed.").waitFor()
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("link", { name: "Keep my vote" }).click()
  expect(await page.locator(".chosen").textContent()).toContain("Cats")
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("button", { name: "Cats Your choice now" }).waitFor()
  await expectAccessible(page)
  await page.getByRole("button", { name: "Dogs", exact: true }).click()
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  await page.context().close()
})

test.each([true, false])(
  "a choice that was made before the vote was changed elsewhere changes nothing, and may be made again (scripts: %p)",
  async (javaScript) => {
    const page = await openPage(browser, `${fixture.url}/polls/swing`, { javaScript })
    await page.getByRole("button", { name: "Cats" }).click()
    await page.getByRole("link", { name: "Change my vote" }).click()
    const cats = page.getByRole("button", { name: "Cats Your choice now" })
    await cats.waitFor()
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")
    expect((await fixture.vote("swing", "b", { cookie })).status).toBe(201)
    await cats.click()
    await page.getByRole("heading", { name: "Your later vote stands" }).waitFor()
    expect(await page.locator(".chosen").textContent()).toContain("Dogs")
    await page.getByText("What you chose here now changes nothing.").waitFor()
    await page.getByRole("link", { name: "Change my vote" }).click()
    await page.getByRole("button", { name: "Cats", exact: true }).click()
    await page.locator(".chosen", { hasText: "Cats" }).waitFor()
    await page.context().close()
  },
)

test("without scripts, too, a voter who comes back sees the vote that stands, and may change it or keep it", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/swing`, { javaScript: false })
  await page.getByRole("button", { name: "Cats" }).click()
  const receipt = await page.locator(".receipt code").textContent()
  await page.goto(`${fixture.url}/polls/swing`)
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  expect(await page.locator(".chosen").textContent()).toContain("Cats")
  expect(await page.locator(".receipt code").textContent()).toBe(receipt)
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("button", { name: "Cats Your choice now" }).waitFor()
  await page.getByRole("link", { name: "Keep my vote" }).click()
  await page.getByRole("link", { name: "Change my vote" }).click()
  await page.getByRole("button", { name: "Dogs", exact: true }).click()
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  await page.goto(`${fixture.url}/polls/swing`)
  expect(await page.locator(".chosen").textContent()).toContain("Dogs")
  await page.context().close()
})

test("a voter who comes back without scripts sees the tally if voters may see it", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/gated`, { javaScript: false })
  expect(await page.getByText("4 votes").count()).toBe(0)
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.goto(`${fixture.url}/polls/gated`)
  await page.getByText("4 votes").waitFor()
  await page.goto(`${fixture.url}/polls/gated?change=1`)
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  await page.context().close()
})

test("a browser that forgot everything but its cookie is shown the vote that stands", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/pets`)
  await voteOnPage(page, "Dogs")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  await page.getByRole("button", { name: "Copy" }).waitFor()
  expect(await page.locator(".chosen").textContent()).toContain("Dogs")
  await page.context().close()
})

test("a voter who comes back sees the vote that stands, and a first vote stands in spite of a second", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/pets`)
  const other = await page.context().newPage()
  await other.goto(`${fixture.url}/polls/pets`)
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.reload()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  await voteOnPage(other, "Dogs")
  await other.getByRole("heading", { name: "You have voted already" }).waitFor()
  expect(await other.locator(".chosen").textContent()).toContain("Cats")
  await page.context().close()
})

test("where the first vote stands a choice is confirmed: another one changes it, and nothing is cast before", async () => {
  const before = await waiting()
  const page = await openPage(browser, `${fixture.url}/polls/many`, { width: 320, height: 568 })
  const option = (n: number) => page.locator("button.option").nth(n - 1)
  expect(await page.locator(".confirm").count()).toBe(0)
  await option(2).dblclick()
  await becomes(() => option(2).getAttribute("aria-pressed"), "true")
  await page.getByRole("status").filter({ hasText: "Option 2: chosen, not cast yet." }).waitFor()
  await option(1).click()
  await becomes(() => option(2).getAttribute("aria-pressed"), "false")
  const confirm = page.getByRole("button", { name: "Vote for Option 1", exact: true })
  const { bottom, height } = await confirm.evaluate((button) => button.getBoundingClientRect().toJSON())
  expect(bottom).toBeLessThanOrEqual(568)
  expect(height).toBeGreaterThanOrEqual(44)
  await expectAccessible(page)
  expect(await waiting()).toBe(before)
  await confirm.click()
  await page.locator(".chosen", { hasText: "Option 1" }).waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("the ballot needs a keyboard alone: a digit or Enter chooses, and Enter confirms, but not the same Enter", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/pets`)
  await page.locator("form:focus").waitFor()
  await page.getByText("On a keyboard: keys 1–2 choose, Enter votes.").waitFor()
  expect(await page.locator("button.option").nth(1).getAttribute("aria-keyshortcuts")).toBe("2")
  const form = page.getByRole("form", { name: "Cats or dogs?" })
  expect(await form.getAttribute("aria-describedby")).toBe("keys-hint")
  await page.keyboard.press("1")
  await page.locator("button:focus", { hasText: "Vote for Cats" }).waitFor()
  await page.keyboard.press("2")
  await page.locator("button:focus", { hasText: "Vote for Dogs" }).waitFor()
  await page.keyboard.press("Enter")
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  await page.locator("h1:focus").waitFor()
  await page.context().close()
  const other = await openPage(browser, `${fixture.url}/polls/pets`)
  await other.locator("form:focus").waitFor()
  await other.keyboard.press("Tab")
  await other.keyboard.down("Enter")
  await other.locator("button:focus", { hasText: "Vote for Cats" }).waitFor()
  await other.keyboard.down("Enter")
  await other.keyboard.up("Enter")
  await other.locator("button:focus", { hasText: "Vote for Cats" }).waitFor()
  expect(await other.locator(".chosen").count()).toBe(0)
  await other.keyboard.press("Enter")
  await other.locator(".chosen", { hasText: "Cats" }).waitFor()
  await other.context().close()
})

test("where a vote may be changed a press and a digit vote at once", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/swing`)
  await page.locator("form:focus").waitFor()
  await page.getByText("On a keyboard: keys 1–2 vote.").waitFor()
  await page.keyboard.press("2")
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  await page.context().close()
})

test("among more than nine options a digit goes to its option, and Enter chooses it", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/many`)
  await page.locator("form:focus").waitFor()
  await page.keyboard.press("3")
  await page.locator("button.option:focus", { hasText: "Option 3" }).waitFor()
  await page.keyboard.press("1")
  await page.keyboard.press("Enter")
  await page.locator("button:focus", { hasText: "Vote for Option 1" }).waitFor()
  await page.keyboard.press("Enter")
  await page.locator(".chosen", { hasText: "Option 1" }).waitFor()
  await page.context().close()
})

test("a code is formatted while it is typed, refused with a reason, and votes once", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/coded`)
  const field = page.getByLabel("Your code")
  expect(await field.getAttribute("placeholder")).not.toMatch(/[0-9A-Za-z]/)
  await field.pressSequentially("abcd1234abcd1234")
  await becomes(() => field.inputValue(), "ABCD-1234-ABCD-1234")
  await field.press("Enter")
  expect(await page.locator(".confirm").count()).toBe(0)
  // A text that can't be a code is refused at once, and no option is chosen.
  await field.fill("ABCD-1234")
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByRole("alert").getByText("This is no code of this poll").waitFor()
  await page.locator("#code[aria-invalid=true]:focus").waitFor()
  expect(await page.locator(".confirm").count()).toBe(0)
  await field.fill("ABCD-1234-ABCD-1234")
  await page.getByRole("button", { name: "Cats" }).click()
  await becomes(() => page.getByText("This is no code of this poll").count(), 0)
  await voteOnPage(page, "Cats")
  await page.getByText("This is no code of this poll").waitFor()
  await field.fill(writeCode(coded.salt, 1))
  await page.getByRole("button", { name: "Vote for Cats" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await page.locator(".tick").count()).toBe(1)
  await page.getByRole("link", { name: "Vote with another code" }).click()
  await page.getByLabel("Your code").waitFor()
  expect(await page.getByText("Your choice now").count()).toBe(0)
  for (const label of ["Cats", "Dogs"]) {
    await page.goto(`${fixture.url}/polls/coded?code=${writeCode(coded.salt, 1)}`)
    await voteOnPage(page, label)
    await page.getByRole("heading", { name: "This code was used already" }).waitFor()
    await page.getByText("It was used for").waitFor()
    expect(await page.locator(".tick").count()).toBe(0)
    expect(await page.locator(".chosen").textContent()).toContain("Cats")
  }
  await page.context().close()
})

test("a printed code fills the field in, and a wrong one is refused beside it, without scripts, too", async () => {
  const code = writeCode(coded.salt, 2)
  const address = `${fixture.url}/polls/coded?code=${code}`
  const page = await openPage(browser, address, { javaScript: false })
  expect(await page.getByLabel("Your code").inputValue()).toBe(code)
  await page.getByLabel("Your code").fill("WRONG")
  await page.getByRole("button", { name: "Dogs" }).click()
  await page.getByText("This is no code of this poll").waitFor()
  expect(await page.getByLabel("Your code").inputValue()).toBe("WRONG")
  await page.getByLabel("Your code").fill(code)
  await page.getByRole("button", { name: "Dogs" }).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.context().close()
})

test("results that are shown after voting alone come with the receipt, and without it are refused", async () => {
  expect((await fixture.ask("/api/polls/gated/tally")).status).toBe(403)
  expect((await fixture.ask(`/api/polls/gated/tally?receipt=${"x".repeat(54)}`)).status).toBe(403)
  const page = await openPage(browser, `${fixture.url}/polls/gated`)
  await voteOnPage(page, "Cats")
  await page.getByText("4 votes").waitFor()
  expect(await page.getByRole("link", { name: "See the results" }).getAttribute("href")).toContain(
    "?receipt=",
  )
  await page.context().close()
})

test("the tally that browsers ask for each second is not sent again while it is the same", async () => {
  const first = await fixture.ask("/api/polls/pets/tally")
  const etag = first.headers.get("etag") ?? ""
  for (const known of [etag, `W/${etag}`, `"older", ${etag}`]) {
    const again = await fixture.ask("/api/polls/pets/tally", { headers: { "if-none-match": known } })
    expect([known, first.status, again.status]).toEqual([known, 200, 304])
  }
})

test.each([
  ["en", "Choose one. Your vote is final."],
  ["de", "Wähle eine Antwort. Deine Stimme ist endgültig."],
  ["fr", "Choisis une réponse. Ton vote est définitif."],
  ["es", "Elige una opción. Tu voto es definitivo."],
  ["pt", "Escolha uma opção. Seu voto é definitivo."],
  ["ja", "一つ選んでください。投票後の変更はできません。"],
])(
  "the ballot speaks %s to a reader who asks for it, and to one who switches to it",
  async (language, sentence) => {
    const page = await openPage(browser, fixture.url, { language })
    await page.getByText(sentence).waitFor()
    expect(await page.locator("html").getAttribute("lang")).toBe(language)
    const other = language === "en" ? "de" : "en"
    await page.locator(".language-switch summary").click()
    await page.locator(`.language-switch a[lang=${other}]`).click()
    await page.locator(`html[lang=${other}]`).waitFor()
    await page.goto(`${fixture.url}/polls/swing`)
    expect(await page.locator("html").getAttribute("lang")).toBe(other)
    await page.context().close()
  },
)
