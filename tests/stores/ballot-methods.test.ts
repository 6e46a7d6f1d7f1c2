/** What every method's ballot must survive: another site's frame, a network that goes away, a reload, and what the host does to the poll meanwhile. */

import { expect, test } from "bun:test"
import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { FrameLocator, Page } from "playwright-core"
import { examplePoll } from "../../apps/vote/testing/vote"
import { useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import { expectNoSideScroll, openPage } from "../harness/pages"

type Ballot = Page | FrameLocator

const options = Array.from({ length: 50 }, (_, i) => ({ id: `o${i + 1}`, label: `Option ${i + 1}` }))
const press = async (ballot: Ballot, ...labels: string[]) => {
  for (const label of labels) await ballot.locator(".options").getByText(label, { exact: true }).click()
}
const say = async (ballot: Ballot, ...values: [name: string, value: string][]) => {
  for (const [name, value] of values) await ballot.locator(`[name="${name}"][value="${value}"]`).check()
}

/** How each ballot is filled in, what it then shows as filled in, and how the vote is read back. */
const METHODS = {
  several: {
    ballot: { method: "choose", max: 20 },
    fill: (ballot: Ballot) => press(ballot, "Option 3", "Option 50"),
    filled: "2 of 20 chosen",
    chosen: ["Option 3", "Option 50"],
  },
  ranked: {
    ballot: { method: "rank" },
    fill: (ballot: Ballot) => press(ballot, "Option 50", "Option 3"),
    filled: "2 ranked",
    chosen: ["Option 50", "Option 3"],
  },
  rated: {
    ballot: { method: "rate", highest: 10 },
    fill: (ballot: Ballot) => say(ballot, ["rate.o3", "0"], ["rate.o50", "10"]),
    filled: "2 of 50 rated",
    chosen: ["Option 3 0 of 10", "Option 50 10 of 10"],
  },
  motions: {
    ballot: { method: "decide", abstain: true },
    fill: (ballot: Ballot) => say(ballot, ["answer.o3", "no"], ["answer.o50", "yes"]),
    filled: "2 of 50 answered",
    chosen: ["Option 3 No", "Option 50 Yes"],
  },
}
const NAMES = Object.keys(METHODS) as (keyof typeof METHODS)[]
const POLLS: Poll[] = NAMES.map((id, i) =>
  examplePoll({
    ...{ number: i + 1, id, options, isDefault: i === 0, policy: "changeable", confirm: false },
    ballot: ballotMethodSchema.parse(METHODS[id].ballot),
  }),
)
const used = useBallotBrowser(POLLS, async () => {}, { EMBED_ORIGINS: "http://127.0.0.1:*" })

/** The poll becomes another one; all others are as they were. */
async function becomesPoll(id: string, changes: Partial<Poll>): Promise<void> {
  await used().fixture.writePolls(...POLLS.map((poll) => (poll.id === id ? { ...poll, ...changes } : poll)))
}

async function openBallot(name: string): Promise<Page> {
  const page = await openPage(used().browser, `${used().fixture.url}/polls/${name}`, { width: 390 })
  await page.locator("form:focus").waitFor()
  return page
}

const cast = (ballot: Ballot) => ballot.locator(".cast .primary").click()
const filledIn = (ballot: Ballot) => ballot.locator(".cast [role=status]").textContent()
const votedFor = (ballot: Ballot) =>
  ballot
    .locator(".option.chosen")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("strong")].map((it) => it.textContent).join(" ")),
    )

/** A page of another site that gives the frame of a ballot the height that it asks for. */
function siteWith(poll: string) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response(
        `<!doctype html><meta name="viewport" content="width=device-width">
         <script>addEventListener("message", ({ data }) => {
           if (data.tallyroom === "height") document.querySelector("iframe").height = data.height
         })</script>
         <iframe src="${used().fixture.url}/embed/${poll}" style="width:100%;border:0" height="200"></iframe>`,
        { headers: { "content-type": "text/html" } },
      ),
  })
}

test.each(NAMES)(
  "in a frame of another site the ballot of %s is as high as it says, votes, and goes on from there",
  async (name) => {
    const { fill, filled, chosen } = METHODS[name]
    using site = siteWith(name)
    const page = await openPage(used().browser, `http://127.0.0.1:${site.port}`, { width: 390 })
    const frame = page.frameLocator("iframe")
    await frame.locator(".cast").waitFor()
    const fits = () =>
      frame.locator("html").evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)
    await becomes(fits, 0)
    const whole = await page.locator("iframe").evaluate(({ clientHeight }) => clientHeight)
    expect(whole).toBeGreaterThan(2_000)
    await fill(frame)
    await becomes(() => filledIn(frame), filled)
    await becomes(fits, 0)
    await expectNoSideScroll(page)
    await cast(frame)
    await becomes(() => votedFor(frame), chosen)
    await page.waitForFunction(
      (whole) => (document.querySelector("iframe")?.clientHeight ?? whole) < whole,
      whole,
    )
    await becomes(fits, 0)
    await frame.getByRole("link", { name: "Change my vote" }).click()
    await becomes(() => filledIn(frame), filled)
    await becomes(fits, 0)
    await page.context().close()
  },
)

test.each(NAMES)(
  "a ballot of %s that is answered 503 is shown as it is, survives a reload, and is sent again",
  async (name) => {
    const { fill, filled, chosen } = METHODS[name]
    const page = await openBallot(name)
    await fill(page)
    await page.route("**/votes", (route) => route.fulfill({ status: 503, headers: { "retry-after": "60" } }))
    await cast(page)
    await page.getByText("Not sent yet. Trying again…").first().waitFor()
    expect(await filledIn(page)).toBe(filled)
    await page.reload()
    await page.getByText("Not sent yet. Trying again…").first().waitFor()
    expect(await filledIn(page)).toBe(filled)
    await page.unroute("**/votes")
    await page.getByRole("button", { name: "Try now" }).click()
    await becomes(() => votedFor(page), chosen)
    await page.context().close()
  },
)

test.each(NAMES)("a ballot of %s that is cast offline is sent once the network is back", async (name) => {
  const { fill, filled, chosen } = METHODS[name]
  const page = await openBallot(name)
  await fill(page)
  await page.context().setOffline(true)
  await cast(page)
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  expect(await filledIn(page)).toBe(filled)
  await page.context().setOffline(false)
  await becomes(() => votedFor(page), chosen)
  await page.context().close()
})

test.each(NAMES)(
  "what is filled in on a ballot of %s survives a reload of its page, until it is cast",
  async (name) => {
    const { fill, filled, chosen } = METHODS[name]
    const page = await openBallot(name)
    await fill(page)
    await becomes(() => filledIn(page), filled)
    await page.reload()
    await becomes(() => filledIn(page), filled)
    await cast(page)
    await becomes(() => votedFor(page), chosen)
    await page.getByRole("link", { name: "Change my vote" }).click()
    await becomes(() => filledIn(page), filled)
    await page.getByRole("link", { name: "Keep my vote" }).click()
    await page.reload()
    await becomes(() => votedFor(page), chosen)
    await page.context().close()
  },
)

test.each(NAMES)(
  "a poll of %s that closes while a ballot is filled in says so, and its ballot is as it was if it opens again",
  async (name) => {
    const { fill, filled, chosen } = METHODS[name]
    const page = await openBallot(name)
    await fill(page)
    await becomesPoll(name, { state: "closed", revision: 2, stops: 1 })
    await page.getByText("This poll is closed").waitFor()
    await becomesPoll(name, { revision: 3, stops: 1 })
    await becomes(() => filledIn(page), filled)
    await cast(page)
    await becomes(() => votedFor(page), chosen)
    await page.context().close()
  },
)

test.each(NAMES)(
  "when an option of %s is reworded, what was filled in before is dropped, and the voter is told",
  async (name) => {
    const { fill, filled, chosen } = METHODS[name]
    const page = await openBallot(name)
    await fill(page)
    const words = options.map((option) => (option.id === "o50" ? { ...option, label: "Another 50" } : option))
    await becomesPoll(name, { options: words, revision: 4, stops: 2, words: 1 })
    await page.getByText("Another 50").first().waitFor()
    await page.getByRole("alert").getByText("The wording was changed meanwhile").waitFor()
    expect(await filledIn(page)).toMatch(/^0 /)
    await becomesPoll(name, { revision: 5, stops: 3, words: 2 })
    await page.getByText("Option 50").first().waitFor()
    await fill(page)
    await becomes(() => filledIn(page), filled)
    await cast(page)
    await becomes(() => votedFor(page), chosen)
    await page.context().close()
  },
)
