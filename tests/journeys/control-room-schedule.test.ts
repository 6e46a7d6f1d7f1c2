import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Browser, Page } from "playwright-core"
import {
  ADMIN_TOKEN,
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castUntilTaken, person } from "../../scripts/services/apps/voters"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { launchChromium } from "../harness/chromium"
import { changePollAt, makePollAt, openControlRoom } from "../harness/control-room"
import { expectAccessible } from "../harness/pages"
import { useStores } from "../harness/stores"

const OPENS_AT = "2040-01-01T10:00:00Z"

const stores = useStores()
let browser: Browser
let worker: AppProcess
let vote: AppProcess
let result: AppProcess
let page: Page
let sql: Database

beforeAll(async () => {
  worker = await startWorkerProcess(stores(), { FINAL_AFTER_SECONDS: "600" })
  await worker.app.waitReady()
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
  vote = await startVoteProcess(stores())
  result = await startResultProcess(stores(), { VOTE_URL: vote.url })
  browser = await launchChromium()
  stores().defer(() => browser.close())
  page = await openControlRoom(browser, result.url)
}, 60_000)

const phaseAtVote = async (id: string) => {
  const answer = await fetch(`${vote.url}/api/polls/${id}`)
  return answer.ok ? String((await answer.json()).phase) : String(answer.status)
}
const voteSays = (id: string, phase: string) =>
  waitFor(`vote to take ${id} for ${phase}`, async () => (await phaseAtVote(id)) === phase)

test("a scheduled poll is unscheduled, changed, and opened by hand", async () => {
  await makePollAt(result.url, { id: "gala", opensAt: OPENS_AT })
  await voteSays("gala", "scheduled")
  await page.goto(`${result.url}/admin/polls/gala/edit`)
  const policy = page.getByRole("group", { name: "Changing a vote" })
  expect(await policy.getByText("This can't be changed while the poll is scheduled.").count()).toBe(1)
  expect(await page.getByText("has been opened").count()).toBe(0)
  expect(await page.getByLabel("Opens at").isEnabled()).toBe(true)

  await page.goto(`${result.url}/admin/polls/gala`)
  await page.getByRole("button", { name: "Unschedule" }).click()
  await page.getByRole("status").getByText("The poll is a draft again").waitFor()
  await voteSays("gala", "404")
  expect((await fetch(`${result.url}/polls/gala`)).status).toBe(404)

  await page.getByRole("link", { name: "Edit" }).click()
  await page.getByLabel("Votes can be changed").check()
  expect(await page.getByText(/can't be changed/).count()).toBe(0)
  await page.getByRole("button", { name: "Save" }).last().click()
  await page.getByText("Saved.").waitFor()
  await page.getByRole("button", { name: "Open now" }).click()
  await page.getByText("The poll is open.").waitFor()
  await voteSays("gala", "open")
  const who = person()
  for (const option of ["a", "b"]) await castUntilTaken(vote.url, "gala", option, who)
})

test("a draft with an opening time says when it opens by itself, and does, on the page too", async () => {
  await makePollAt(result.url, { id: "dawn", state: "draft", opensAt: OPENS_AT })
  await page.goto(`${result.url}/admin`)
  await page.locator("li, tr", { hasText: "The poll dawn" }).getByText("Opens by itself on").waitFor()
  await page.goto(`${result.url}/admin/polls/dawn`)
  await page.locator(".chip", { hasText: "Draft" }).waitFor()
  await page.getByText("Opens by itself on").waitFor()
  // However long a busy machine took for those pages, the opening time comes only now.
  await sql`UPDATE polls SET opens_at = now() + interval '1 s', revision = revision + 1 WHERE id = 'dawn'`
  await page.locator(".chip", { hasText: "Open" }).waitFor()
  await page.getByRole("button", { name: "Pause" }).waitFor()
  await voteSays("dawn", "open")
  await makePollAt(result.url, { id: "noon", state: "draft", opensAt: OPENS_AT })
  await page.goto(`${result.url}/admin/polls/noon`)
  await page.getByRole("button", { name: "Open now" }).click()
  await page.getByText("The poll is open.").waitFor()
  expect((await momentsOf("noon"))[0]).toBeNull()
})

test("voting is paused and resumed, and closing is undone with its seconds in sight", async () => {
  await makePollAt(result.url, { id: "event", closesAt: OPENS_AT })
  await voteSays("event", "open")
  await page.goto(`${result.url}/admin/polls/event`)
  await page.getByRole("button", { name: "Pause" }).click()
  await page.getByRole("status").getByText("Voting is paused.").waitFor()
  await voteSays("event", "paused")
  await page.getByText("Close the poll …").click()
  await page.getByText("You can undo it for 600 seconds").waitFor()
  await page.getByRole("button", { name: "Close now" }).click()
  await page.getByText(/5\d\d seconds left, then it becomes final/).waitFor()
  await expectAccessible(page)
  // A poll that was paused before is paused again.
  await page.getByRole("button", { name: "Undo the closing" }).click()
  await page.getByRole("status").getByText("The closing is undone.").waitFor()
  await voteSays("event", "paused")
  await page.getByRole("button", { name: "Resume" }).click()
  await page.getByRole("status").getByText("Voting goes on.").waitFor()
  await voteSays("event", "open")
  await castUntilTaken(vote.url, "event", "a")

  // The closing time passes while the host looks at the page.
  await sql`UPDATE polls SET closes_at = now(), revision = revision + 1 WHERE id = 'event'`
  await page.getByText("Its closing time has passed: it will have none").waitFor()
  await page.getByRole("button", { name: "Undo the closing" }).click()
  await page.getByRole("status").getByText("The closing is undone.").waitFor()
  expect((await momentsOf("event"))[1]).toBeNull()
  await page.getByText("Close the poll …").click()
  await page.getByRole("button", { name: "Close now" }).click()
  const undo = page.getByRole("button", { name: "Undo the closing" })
  await undo.waitFor()
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'event'`
  await page.getByText("The poll is final: its tally never changes again.").waitFor()
  await becomes(() => undo.count(), 0)
})

test("a poll is closing until every shard has confirmed it, and then the page says when it was closed", async () => {
  await makePollAt(result.url, { id: "slowly" })
  await voteSays("slowly", "open")
  await page.goto(`${result.url}/admin/polls/slowly`)
  const chip = page.locator(".poll-facts .chip").first()
  worker.app.kill("SIGSTOP")
  try {
    await page.getByText("Close the poll …").click()
    await page.getByRole("button", { name: "Close now" }).click()
    await page.getByRole("status").getByText("The poll is being closed.").waitFor()
    expect(await chip.textContent()).toBe("Closing")
    await page.getByText("votes may still be taken, and they count").waitFor()
    expect(await page.getByText("Closed at").count()).toBe(0)
    expect(await phaseAtVote("slowly")).toBe("open")
    await castUntilTaken(vote.url, "slowly", "a")
  } finally {
    worker.app.kill("SIGCONT")
  }
  await page.getByText("Closed at").waitFor()
  expect(await chip.textContent()).toBe("Closed, counting")
  await voteSays("slowly", "closed")
  await expectAccessible(page)
})

test("a typo is mended while nobody has voted, and options come and go", async () => {
  await makePollAt(result.url, { id: "typo" })
  await voteSays("typo", "open")
  await page.goto(`${result.url}/admin/polls/typo/edit`)
  await page.getByLabel("Question").fill("Mended?")
  await page.getByLabel("Option 1", { exact: true }).fill("Felines")
  await page.getByRole("button", { name: "Add an option" }).click()
  await page.getByLabel("Option 3", { exact: true }).fill("Newts")
  await page.getByRole("button", { name: "Save" }).last().click()
  await page.getByText("Saved.").waitFor()
  await waitFor("vote to know the words", async () => {
    const poll = await (await fetch(`${vote.url}/api/polls/typo`)).json()
    const labels = poll.options.map(({ label }: { label: string }) => label)
    return poll.phase === "open" && poll.title === "Mended?" && labels.join() === "Felines,Dogs,Newts"
  })
  const { options } = await (await fetch(`${vote.url}/api/polls/typo`)).json()
  await castUntilTaken(vote.url, "typo", options[2].id)
  // Whether or not Postgres knows of the vote yet, it is too late.
  await page.goto(`${result.url}/admin/polls/typo/edit`)
  const readonly = async () => {
    await page.reload()
    return !(await page.getByLabel("Question").isEditable())
  }
  await waitFor("the page to say so", readonly)
  expect(await page.getByText("there are votes already").count()).toBeGreaterThan(0)
})

test("taking the opening time from a scheduled poll opens it for nobody", async () => {
  await makePollAt(result.url, { id: "hasty", opensAt: OPENS_AT })
  await page.goto(`${result.url}/admin/polls/hasty/edit`)
  await page.getByText("Without a time the poll is a draft again.").waitFor()
  await page.getByLabel("No time: I open it myself").check()
  await page.getByRole("button", { name: "Save" }).last().click()
  await page.getByText("The poll is a draft again").waitFor()
  await page.locator(".chip", { hasText: "Draft" }).waitFor()
  expect(await voteSays("hasty", "404")).toBe(true)
})

const momentsOf = async (id: string) => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const poll = await (await fetch(`${result.url}/api/polls/${id}`, { headers })).json()
  return [poll.opensAt, poll.closesAt]
}

test.each([true, false])(
  "a moment that is not whole is told, and what was there stays; scripts: %p",
  async (javaScript) => {
    const id = `half-${javaScript}`
    const opensAt = "2040-01-01T10:00:07.000Z"
    const closesAt = "2040-02-01T10:00:00.000Z"
    await makePollAt(result.url, { id, state: "draft", opensAt, closesAt })
    const host = await openControlRoom(browser, result.url, { javaScript })
    await host.goto(`${result.url}/admin/polls/${id}/edit`)
    const save = host.getByRole("button", { name: "Save" }).last()
    const field = host.locator("#closesAt")
    for (const name of ["opensAt", "closesAt"]) {
      await host.locator(`#${name}`).press("Backspace")
      expect(await host.locator(`#${name}`).inputValue()).toBe("")
      await save.click()
      // Without scripts the browser itself keeps the form back, and says why.
      expect(new URL(host.url()).pathname).toBe(`/admin/polls/${id}/edit`)
      await host.locator(`#${name}:focus`).waitFor()
      if (javaScript) await host.locator(`#${name}-hint`).getByText("Write the whole day and time").waitFor()
      await host.reload()
    }
    if (javaScript) {
      await field.fill("2040-03-25T02:30")
      await save.click()
      await host.locator("#closesAt-hint").getByText("skip this time").waitFor()
      await field.fill("2040-10-28T02:30")
      await host.locator("#closesAt-hint").getByText("twice that night").waitFor()
      await field.fill("")
      await save.click()
      await host.locator("#closesAt-hint").getByText("An empty field takes no time away").waitFor()
      await host.reload()
    }
    await host.getByLabel("Question").fill("Something else")
    await save.click()
    await host.getByText("Saved.").waitFor()
    expect(await momentsOf(id)).toEqual([opensAt, closesAt])
    await host.goto(`${result.url}/admin/polls/${id}/edit`)
    await host.getByLabel("No time: I close it myself").check()
    await save.click()
    await host.getByText("Saved.").waitFor()
    expect(await momentsOf(id)).toEqual([opensAt, null])
    await host.context().close()
  },
)

test.each([true, false])(
  "a time that was refused leaves a field that takes what it asks for; scripts: %p",
  async (javaScript) => {
    const host = await openControlRoom(browser, result.url, { javaScript })
    await host.goto(`${result.url}/admin/new`)
    const opens = host.locator("#opensAt")
    await host.getByLabel("Question").fill(`New ${javaScript}`)
    await host.getByLabel("Option 1", { exact: true }).fill("Cats")
    await host.getByLabel("Option 2", { exact: true }).fill("Dogs")
    await opens.fill("2020-01-01T10:00")
    const make = host.getByRole("button", { name: "Make the draft" })
    await make.click()
    await host.locator("#opensAt-hint").getByText("leave it empty").waitFor()
    expect(await host.getByLabel("No time: I open it myself").count()).toBe(0)
    // The field is emptied part by part; from the second part on the browser sends no event.
    await opens.focus()
    for (let part = 0; part < 6; part++) {
      await host.keyboard.press("Backspace")
      await host.keyboard.press("ArrowRight")
    }
    await make.click()
    await host.getByText("The draft is made.").waitFor()
    const id = `new-${javaScript}`
    expect(await momentsOf(id)).toEqual([null, null])

    // The values of the stored poll are not lost by a mistake, whatever was refused since; a ticked box stays ticked.
    const opensAt = "2040-01-01T10:00:07.000Z"
    const closesAt = "2040-02-01T10:00:00.000Z"
    await changePollAt(result.url, id, { opensAt, closesAt })
    await host.goto(`${result.url}/admin/polls/${id}/edit`)
    await opens.fill("2020-01-01T10:00")
    await host.getByLabel("No time: I close it myself").check()
    const save = host.getByRole("button", { name: "Save" }).last()
    await save.click()
    await host.locator("#opensAt-hint").getByText("tick the box below").waitFor()
    expect(await host.getByLabel("No time: I close it myself").isChecked()).toBe(true)
    await opens.fill("")
    await save.click()
    await host.locator("#opensAt-hint").getByText("An empty field takes no time away").waitFor()
    expect(await momentsOf(id)).toEqual([opensAt, closesAt])
    await opens.fill("2040-01-01T11:00")
    await save.click()
    await host.getByText("Saved.").waitFor()
    expect(await momentsOf(id)).toEqual([javaScript ? opensAt : "2040-01-01T11:00:00.000Z", null])
    await host.context().close()
  },
)

test("each state says one thing about who sees the numbers", async () => {
  const said = async (id: string) => {
    await page.goto(`${result.url}/admin/polls/${id}`)
    return page.locator(".card:has(.tally) > .muted").textContent()
  }
  await makePollAt(result.url, { id: "s-draft", state: "draft" })
  await makePollAt(result.url, { id: "s-scheduled", opensAt: OPENS_AT })
  expect(await said("s-draft")).toBe("Nobody sees this draft before it opens.")
  expect(await said("s-scheduled")).toStartWith("The poll is announced already; there are no numbers")
  for (const [results, open, closed] of [
    ["live", "Everybody sees these numbers live.", "Everybody sees these numbers, as the poll is closed."],
    ["after-vote", "Who has voted sees these numbers", "Who has voted sees these numbers"],
    ["after-close", "Nobody but you sees these numbers before", "Everybody sees these numbers, as"],
  ] as const) {
    const id = `s-${results}`
    await makePollAt(result.url, { id, results })
    expect(await said(id)).toStartWith(open)
    await page.getByText("Close the poll …").click()
    const warned = results === "after-close" ? 1 : 0
    expect(await page.getByText("Everybody then sees the results").count()).toBe(warned)
    await page.getByRole("button", { name: "Close now" }).click()
    await page.getByRole("status").getByText("The poll is closed.").waitFor()
    expect(await page.getByText("Since the close everybody sees the results.").count()).toBe(warned)
    expect(await said(id)).toStartWith(closed)
  }
})
