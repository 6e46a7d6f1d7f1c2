import { beforeAll, describe, expect, test } from "bun:test"
import type { Browser } from "playwright-core"
import {
  ADMIN_TOKEN,
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castUntilTaken } from "../../scripts/services/apps/voters"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { launchChromium } from "../harness/chromium"
import { changePollAt, makePollAt, openControlRoom } from "../harness/control-room"
import { expectAccessible, openPage } from "../harness/pages"
import { useStores } from "../harness/stores"
import { translatePage } from "../harness/translator"

const stores = useStores()
let browser: Browser
let vote: AppProcess
let result: AppProcess

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  vote = await startVoteProcess(stores())
  result = await startResultProcess(stores(), { VOTE_URL: vote.url })
  browser = await launchChromium()
  stores().defer(() => browser.close())
}, 60_000)

async function votes(id: string, option: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await castUntilTaken(vote.url, id, option)
}

async function castWhenOpen(id: string, ballot: Record<string, unknown>): Promise<void> {
  await waitFor("a ballot to be taken", async () => {
    const headers = { "content-type": "application/json" }
    const body = JSON.stringify(ballot)
    return (
      (await fetch(`${vote.url}/api/polls/${id}/votes`, { method: "POST", headers, body })).status === 201
    )
  })
}

describe("an admin in the control room", () => {
  test("makes a poll, opens it, watches it, closes it, and sees it become final", async () => {
    const page = await openControlRoom(browser, result.url)
    await page.getByRole("link", { name: "New poll" }).click()
    await page.getByLabel("Question").fill("Où déjeuner vendredi ?")
    expect(await page.getByLabel("Id", { exact: true }).inputValue()).toBe("ou-dejeuner-vendredi")
    await page.getByLabel("Option 1", { exact: true }).fill("Ramen")
    await page.getByLabel("Emoji 1").fill("🍜")
    await page.getByLabel("Option 2", { exact: true }).fill("Pizza")
    await page.getByRole("button", { name: "Add an option" }).click()
    await page.getByLabel("Option 3", { exact: true }).fill("Salad")
    await page.getByRole("button", { name: "Move option 3 up" }).click()
    const preview = page.getByRole("complementary", { name: "How the ballot looks" })
    const previewed = () => preview.locator("li > span:last-child").allTextContents()
    await becomes(previewed, ["Ramen", "Salad", "Pizza"])
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByRole("status").getByText("The draft is made.").waitFor()
    expect((await fetch(`${result.url}/api/polls/ou-dejeuner-vendredi`)).status).toBe(404)

    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()
    const loads: string[] = []
    page.on("framenavigated", (frame) => loads.push(frame.url()))
    await votes("ou-dejeuner-vendredi", "ramen", 3)
    await page.locator('[data-option="ramen"] [data-part="votes"]', { hasText: "3" }).waitFor()
    expect(loads).toEqual([])

    await page.getByText("Close the poll …").click()
    await page.getByRole("button", { name: "Close now" }).click()
    await page.locator(".chip", { hasText: "Final" }).waitFor()
    await page.getByRole("link", { name: "Count all votes again" }).click()
    await page
      .getByText("All 3 accepted ballots are accounted for. A recount of all votes gives the same.")
      .waitFor()
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.goto(`${result.url}/admin`)
    await page.getByLabel("Admin token").waitFor()
    await page.context().close()
  })

  test("makes a motion that two thirds of the valid votes carry, and sees it carried", async () => {
    const page = await openControlRoom(browser, result.url)
    await page.getByRole("link", { name: "New poll" }).click()
    await page.getByLabel("Question").fill("Motions of the general meeting")
    await page.getByLabel("Option 1", { exact: true }).fill("Raise the fee")
    await page.getByLabel("Option 2", { exact: true }).fill("Move the office")
    await page.getByLabel("Yes or no to each option").check()
    await page.getByText("More votes for than against carry.").waitFor()
    await page
      .locator(".preview-card", { hasText: "Move the office" })
      .getByText("Yes · No · Abstain")
      .waitFor()
    await page.getByLabel("Majority").selectOption("Two thirds")
    await page.getByLabel("Quorum").fill("3")
    const rule = "Two thirds of the valid votes carry. At least 3 ballots must be cast."
    await page.locator("#decision-rule", { hasText: rule }).waitFor()
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.locator(".rules", { hasText: rule }).waitFor()
    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()

    const id = "motions-of-the-general-meeting"
    await castWhenOpen(id, { answers: { "raise-the-fee": "yes", "move-the-office": "no" } })
    await castWhenOpen(id, { answers: { "raise-the-fee": "yes", "move-the-office": "yes" } })
    const results = await openPage(browser, `${result.url}/polls/${id}`)
    await results.locator("#outcome", { hasText: "No quorum: 2 of 3 ballots needed were cast." }).waitFor()
    await castWhenOpen(id, { answers: { "raise-the-fee": "no" } })
    const fee = page.locator('[data-option="raise-the-fee"]')
    await fee.locator('[data-part="more"]', { hasText: "No 1 · Abstain 0" }).waitFor()
    expect(await fee.locator('[data-part="votes"]').textContent()).toBe("Yes 2")
    const lines = page.locator("[data-part=outcome] li")
    await lines.filter({ hasText: "Raise the fee – Carried: 2 of 3 valid votes" }).waitFor()
    expect(await lines.count()).toBe(2)
    const now = "If it were decided now"
    await results.locator("#outcome", { hasText: now }).getByText("Raise the fee – Carried: 2 of 3").waitFor()
    await page.getByText("Close the poll …").click()
    await page.getByRole("button", { name: "Close now" }).click()
    await page.locator(".chip", { hasText: "Final" }).waitFor()
    const carried = "Carried: 2 of 3 valid votes, two thirds (2) were needed."
    await results.locator("#outcome h2", { hasText: "Outcome" }).waitFor()
    await results.locator("#outcome", { hasText: carried }).waitFor()
    await results.locator("#outcome", { hasText: "Not carried: 1 of 2 valid votes" }).waitFor()
    await expectAccessible(results)
    await results.context().close()
    await page.context().close()
  }, 60_000)

  test("puts one motion to the vote by itself, which no other ballot can", async () => {
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/new`)
    await page.getByLabel("Question").fill("Motion 7")
    await page.getByLabel("Option 1", { exact: true }).fill("A fee of 20")
    const remove = page.getByRole("button", { name: "Remove option 2" })
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel("Yes or no to each option").check()
    await remove.click()
    expect(await page.getByRole("button", { name: "Remove option 1" }).isDisabled()).toBe(true)
    const says = page.getByRole("group", { name: "What a ballot says" })
    await says.getByRole("radio", { name: /^One option/ }).check()
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByText("With one option alone ballots can only say yes or no").waitFor()
    await says.getByLabel("Yes or no to each option").check()
    await says.getByLabel("A ballot may abstain").check()
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByRole("definition").getByText("Each ballot says yes or no. It may also abstain.").waitFor()
    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()
    await castWhenOpen("motion-7", { answers: { "a-fee-of-20": "yes" } })
    await castWhenOpen("motion-7", { abstain: true })
    await page.locator('[data-part="more"]', { hasText: "No 0 · Abstain 1" }).waitFor()
    expect(await page.locator("[data-part=outcome] li").allTextContents()).toEqual([
      "Carried: 1 for and 0 against.",
    ])
    await page.context().close()
  }, 60_000)

  test("makes a poll in which ballots choose up to two options or abstain, and everybody watching reads so", async () => {
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/new`)
    await page.getByLabel("Question").fill("Pets for the house")
    for (const [i, label] of ["Cats", "Dogs", "חתולים", "Fish"].entries()) {
      if (i > 1) await page.getByRole("button", { name: "Add an option" }).click()
      await page.getByLabel(`Option ${i + 1}`, { exact: true }).fill(label)
    }
    const says = page.getByRole("group", { name: "What a ballot says" })
    expect(await says.getByLabel("At most", { exact: true }).count()).toBe(0)
    await says.getByLabel("Several options").check()
    // Its limits stand with the choice that they belong to, and not below all.
    await says
      .locator(".choice:has(input:checked) + .limits")
      .getByLabel("At most", { exact: true })
      .waitFor()
    await says.getByLabel("A ballot may abstain").check()
    const preview = page.getByRole("complementary", { name: "How the ballot looks" })
    await preview.getByText("Each ballot may choose up to 2 options. It may also abstain.").waitFor()
    await says.getByLabel("At most", { exact: true }).fill("5")
    await page.getByRole("button", { name: "Make the draft" }).click()
    await says.getByText("A ballot can’t choose more options than there are.").waitFor()
    await says.getByLabel("At most", { exact: true }).fill("2")
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByRole("status").getByText("The draft is made.").waitFor()
    await page.getByRole("definition").getByText("Each ballot may choose up to 2 options.").waitFor()
    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()

    await page.goto(`${result.url}/polls/pets-for-the-house`)
    await page.locator("#connection", { hasText: "Live" }).waitFor()
    const ballots = [{ options: ["cats", "fish"] }, { options: ["fish"] }, { abstain: true }]
    for (const ballot of ballots) await castWhenOpen("pets-for-the-house", ballot)
    await page.locator("#total", { hasText: "3 ballots" }).waitFor()
    await page.locator("#abstentions", { hasText: "1 abstention" }).waitFor()
    await page.locator('[data-option="fish"] [data-part="share"]', { hasText: "100%" }).waitFor()
    expect(await page.locator('[data-option="cats"] [data-part="share"]').textContent()).toBe("50%")
    await page.getByText("The shares are of the 2 ballots that chose an option.").waitFor()
    await page.context().close()
  })

  test("reads on a poll's page, before opening it, who votes, what that doesn't protect against, and who sees the results", async () => {
    await makePollAt(result.url, {
      ...{ id: "hall", state: "draft" },
      ...{ eligibility: "network", policy: "changeable", results: "after-vote" },
    })
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/polls/hall`)
    const rules = page.locator(".rules")
    expect(await rules.locator("dd").allInnerTexts()).toEqual([
      expect.stringMatching(/^Every network address, once\s+Not for a hall: all on one Wi-Fi/),
      expect.stringMatching(/^Votes can be changed\s+Until the poll closes/),
      expect.stringMatching(/^Those who have voted\s+.*anybody can vote in a private window and look\.$/),
    ])
    const headings = () => page.locator("section.card h2").allInnerTexts()
    const isFirst = async (one: string, other: string) => {
      const all = await headings()
      return all.indexOf(one) < all.indexOf(other)
    }
    expect(await isFirst("Rules", "Actions")).toBe(true)
    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()
    expect(await isFirst("Actions", "Rules")).toBe(true)

    const ballot = { method: "rank", max: "all" }
    await makePollAt(result.url, { id: "seats", ballot, decision: { rule: "stv", seats: 2 } })
    await page.goto(`${result.url}/admin/polls/seats`)
    await rules.getByText("The single transferable vote elects 2.").waitFor()
    await page.getByText("The numbers are first preferences.").waitFor()
    await page.context().close()
  })

  test("is told why a poll that has votes can't be changed any more", async () => {
    await makePollAt(result.url, { id: "fixed" })
    await waitFor("the ballot", async () => (await fetch(`${vote.url}/api/polls/fixed`)).ok)
    await votes("fixed", "a", 1)
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/polls/fixed/edit`)
    const policy = page.getByRole("group", { name: "Changing a vote" })
    expect(await policy.getByText("This can't be changed any more: the poll has been opened.").count()).toBe(
      1,
    )
    expect(await policy.getByLabel("Votes can be changed").isDisabled()).toBe(true)
    const says = page.getByRole("group", { name: "What a ballot says" })
    await says.getByText("This can't be changed any more: the poll has been opened.").waitFor()
    expect(await says.getByLabel("Several options").isDisabled()).toBe(true)
    expect(await page.getByLabel("Opens at").isDisabled()).toBe(true)
    expect(await page.getByRole("button", { name: /^Remove option/ }).count()).toBe(0)
    for (const words of ["Question", "Option 1"]) {
      expect(await page.getByLabel(words, { exact: true }).isEditable()).toBe(false)
    }
    await page.getByText("What people voted on keeps its words").waitFor()
    await page.getByLabel("Emoji 1", { exact: true }).fill("🦁")
    await page.getByRole("button", { name: "Move option 1 down" }).click()
    await page.getByRole("button", { name: "Save" }).last().click()
    await page.getByText("Saved.").waitFor()
    const { options } = await (await fetch(`${result.url}/api/polls/fixed`)).json()
    expect(options.map(({ id, emoji }: { id: string; emoji: string }) => [id, emoji])).toEqual([
      ["b", "🐕"],
      ["a", "🦁"],
    ])
    await page.context().close()
  })

  test("sends times in the browser's own zone as UTC, and is told of what is wrong", async () => {
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/new`)
    await page.getByText("Time zone: Europe/Berlin").first().waitFor()
    await page.getByLabel("Question").fill("Times")
    await page.getByLabel("Option 1", { exact: true }).fill("A")
    await page.getByLabel("Option 2", { exact: true }).fill("B")
    await page.getByLabel("Closes at").fill("2001-01-01T10:00")
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByText("The poll must close after it opens").waitFor()
    expect(await page.getByLabel("Closes at").getAttribute("aria-invalid")).toBe("true")
    await page.getByLabel("Opens at").fill("2040-07-01T10:00")
    await page.getByLabel("Closes at").fill("2040-07-01T12:00")
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByRole("button", { name: "Schedule" }).click()
    await page.locator(".chip", { hasText: "Scheduled" }).waitFor()
    const poll = await (await fetch(`${result.url}/api/polls/times`)).json()
    expect([poll.opensAt, poll.closesAt]).toEqual(["2040-07-01T08:00:00.000Z", "2040-07-01T10:00:00.000Z"])
    await page.context().close()
  })

  test("archives, duplicates and deletes, the last only with the id typed", async () => {
    await makePollAt(result.url, { id: "gala" })
    const page = await openControlRoom(browser, result.url)
    await page.goto(`${result.url}/admin/polls/gala`)
    await page.getByRole("button", { name: "Archive" }).click()
    await page.getByText("Archived: the poll is in no public list").waitFor()
    const listed = async () =>
      (await (await fetch(`${result.url}/api/polls`)).json()).polls as { id: string }[]
    expect((await listed()).map(({ id }) => id)).not.toContain("gala")
    expect((await fetch(`${result.url}/polls/gala`)).status).toBe(200)

    await page.getByRole("link", { name: "Duplicate" }).click()
    await page.getByLabel("Id", { exact: true }).fill("gala-again")
    await page.getByRole("button", { name: "Duplicate" }).click()
    await page.getByRole("heading", { name: "Edit the poll" }).waitFor()

    await page.goto(`${result.url}/admin/polls/gala/delete`)
    await page.getByLabel("The poll's id").fill("gal")
    await page.getByRole("button", { name: "Delete for good" }).click()
    await page.getByText("That is not the poll's id. Type gala.").waitFor()
    await page.getByLabel("The poll's id").fill("gala")
    await page.getByRole("button", { name: "Delete for good" }).click()
    await page.getByRole("heading", { name: "Polls" }).waitFor()
    await waitFor("the poll to be gone", async () => {
      return (await page.request.get(`${result.url}/admin/polls/gala`)).status() === 410
    })
    await page.context().close()
  })

  test("puts the list in order by buttons and by dragging, for every list that there is", async () => {
    for (const id of ["first", "second", "third"]) await makePollAt(result.url, { id, title: id })
    const mine = (polls: { id: string }[]) =>
      polls.map(({ id }) => id).filter((id) => /^(first|second|third)$/.test(id))
    const listed = async (url: string) => mine((await (await fetch(`${url}/api/polls`)).json()).polls)
    const isNow = async (...order: string[]) => {
      for (const { url } of [result, vote]) {
        await waitFor(`${order} at ${url}`, async () => (await listed(url)).join() === order.join())
      }
    }
    await isNow("third", "second", "first")
    const page = await openControlRoom(browser, result.url)
    await page.getByRole("link", { name: "Change the order" }).click()
    const up = page.getByRole("button", { name: "Move first up" })
    await up.click()
    await page.getByRole("status").getByText("Now at place 2.").waitFor()
    await page.locator('[data-poll="first"] [value=up]:focus').waitFor()
    await page.keyboard.press("Enter")
    // The first poll can't move up, and the keyboard focus stays with the poll.
    await page.locator('[data-poll="first"] [value=down]:focus').waitFor()
    await isNow("first", "third", "second")
    // The second press comes before the page has restored the focus.
    const pressTwice = (value: string) =>
      page.locator(`[data-poll="first"] [value=${value}]`).evaluate(async (button: HTMLButtonElement) => {
        button.click()
        for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        button.click()
      })
    await pressTwice("down")
    await isNow("third", "second", "first")
    await pressTwice("up")
    await page.locator('[data-poll="first"] [value=down]:focus').waitFor()
    await isNow("first", "third", "second")
    await page.locator('[data-poll="second"]').dragTo(page.locator('[data-poll="first"]'))
    await isNow("second", "first", "third")
    await page.getByRole("button", { name: "Move third to the top" }).click()
    await page.getByText("Moved.").waitFor()
    await isNow("third", "second", "first")
    await page.waitForURL(/#poll-third$/)
    await page.getByRole("link", { name: "Done" }).click()
    await page.locator(".poll-row h2", { hasText: "third" }).waitFor()
    await page.context().close()
  })

  test("has pages whose numbers and phases move while a browser translates them", async () => {
    await makePollAt(result.url, { id: "moving" })
    await waitFor("the ballot", async () => (await fetch(`${vote.url}/api/polls/moving`)).ok)
    const page = await openControlRoom(browser, result.url)
    const list = await page.context().newPage()
    const health = await page.context().newPage()
    await page.goto(`${result.url}/admin/polls/moving`)
    await list.goto(`${result.url}/admin`)
    await health.goto(`${result.url}/admin/health`)
    for (const each of [page, list, health]) await translatePage(each)
    const counted = async (count: string) => {
      const row = list.locator('[data-poll="moving"]')
      await page.locator('[data-option="a"] [data-part="votes"]', { hasText: count }).waitFor()
      await row.locator('[data-part="total"]', { hasText: count }).waitFor()
      await becomes(() => page.locator('[data-part="total"]').textContent(), count)
      const votes = count === "1" ? "1 vote" : `${count} votes`
      await becomes(() => row.locator(".poll-votes").textContent(), votes)
    }
    await votes("moving", "a", 1)
    await counted("1")
    await votes("moving", "a", 11)
    await counted("12")
    await health.locator(".figures dd", { hasText: /^0\.[1-9]/ }).waitFor()
    await changePollAt(result.url, "moving", { state: "closed" })
    for (const each of [page, list.locator('[data-poll="moving"]')]) {
      await each.locator(".chip", { hasText: "Final" }).waitFor()
      await becomes(async () => (await each.locator(".chips").textContent())?.trim(), "Final")
    }
    await page.getByText("The poll is final: its tally never changes again.").waitFor()
    await becomes(() => page.getByText("Close the poll …").count(), 0)
    await page.context().close()
  })

  test("can do it all by keyboard", async () => {
    const page = await openPage(browser, `${result.url}/admin`)
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "")
    const reach = async (text: string) => {
      for (let i = 0; i < 60 && !(await focused()).startsWith(text); i++) await page.keyboard.press("Tab")
      expect(await focused()).toStartWith(text)
      const outline = await page.evaluate(() =>
        document.activeElement ? getComputedStyle(document.activeElement).outlineStyle : "none",
      )
      expect(outline).not.toBe("none")
    }
    await page.locator("#token").focus()
    await page.keyboard.type(ADMIN_TOKEN)
    await page.keyboard.press("Enter")
    await page.locator(".page-head").waitFor()
    await reach("New poll")
    await page.keyboard.press("Enter")
    await page.locator("#title").focus()
    await page.keyboard.type("Keys")
    for (let i = 0; i < 20 && !(await page.locator("#o0-label:focus").count()); i++) {
      await page.keyboard.press("Tab")
    }
    await page.keyboard.type("One")
    await page.keyboard.press("Enter")
    await page.locator("#o1-label:focus").waitFor()
    await page.keyboard.type("Two")
    const focusedName = () => page.evaluate(() => document.activeElement?.getAttribute("name"))
    // Enter in an input method only accepts the composed text.
    await page.locator("#o1-label").dispatchEvent("keydown", { key: "Enter", isComposing: true })
    await page.locator("#o1-label").dispatchEvent("keydown", { key: "Enter", keyCode: 229 })
    expect(await page.locator(".option-row").count()).toBe(2)
    await page.keyboard.press("Enter")
    await page.locator("#o2-label:focus").waitFor()
    await page.keyboard.type("Three")
    await page.locator("#o0-label").focus()
    await page.keyboard.press("Enter")
    await page.locator("#o1-label:focus").waitFor()
    expect([await page.locator(".option-row").count(), await focusedName()]).toEqual([3, "o1-label"])
    await page.locator("#title").focus()
    await page.keyboard.press("Enter")
    await page.getByText("The draft is made.").waitFor()
    expect(await page.locator("[data-option]").count()).toBe(3)
    await reach("Open now")
    await page.keyboard.press("Enter")
    await page.getByText("The poll is open.").waitFor()
    await reach("Close the poll")
    await page.keyboard.press("Enter")
    await reach("Close now")
    await page.keyboard.press("Enter")
    await page.locator(".chip", { hasText: /Closed|Final/ }).waitFor()
    await page.context().close()
  })
})

describe("without scripts", () => {
  test("an admin signs in, edits the options of a draft, and opens and closes it", async () => {
    await makePollAt(result.url, { id: "plain", state: "draft" })
    const page = await openControlRoom(browser, result.url, { javaScript: false })
    await page.goto(`${result.url}/admin/polls/plain/edit`)
    expect(await page.getByText("Time zone: UTC").count()).toBe(2)
    await page.getByRole("button", { name: "Add an option" }).click()
    await page.getByLabel("Option 3", { exact: true }).fill("Birds")
    await page.getByRole("button", { name: "Move option 3 up" }).click()
    await becomes(() => page.getByLabel("Option 2", { exact: true }).inputValue(), "Birds")
    await page.getByLabel("Closes at").fill("2040-07-01T12:00")
    await page.getByLabel("Several options").check()
    await page.getByLabel("At least").fill("3")
    await page.getByRole("button", { name: "Save" }).last().click()
    await page.getByText("This must not be more than the most.").waitFor()
    await page.getByLabel("At least").fill("2")
    await page.getByLabel("At most", { exact: true }).fill("3")
    await page.getByRole("button", { name: "Save" }).last().click()
    await page.getByText("Saved.").waitFor()
    await page.getByRole("button", { name: "Open now" }).click()
    await page.getByText("The poll is open.").waitFor()
    const poll = await (await fetch(`${result.url}/api/polls/plain`)).json()
    expect(poll.closesAt).toBe("2040-07-01T12:00:00.000Z")
    expect(poll.ballot).toEqual({ method: "choose", min: 2, max: 3, abstain: false })
    expect(poll.options.map(({ label }: { label: string }) => label)).toEqual(["Cats", "Birds", "Dogs"])
    await page.getByText("Close the poll …").click()
    await page.getByRole("button", { name: "Close now" }).click()
    await page.getByText("The poll is closed.").first().waitFor()
    await page.context().close()
  })

  test("a poll needs no id of its maker, and is found among many", async () => {
    for (let i = 1; i <= 60; i++) await makePollAt(result.url, { id: `many-${i}`, state: "draft" })
    const page = await openControlRoom(browser, result.url, { javaScript: false })
    await page.getByRole("link", { name: "New poll" }).click()
    await page.getByLabel("Question").fill("Où dîner ?")
    await page.getByLabel("Option 1", { exact: true }).fill("Ramen")
    await page.getByLabel("Option 2", { exact: true }).fill("Pizza")
    await page.getByRole("button", { name: "Make the draft" }).click()
    await page.getByText("The draft is made.").waitFor()
    expect(new URL(page.url()).pathname).toBe("/admin/polls/ou-diner")

    await page.goto(`${result.url}/admin`)
    expect(await page.locator(".poll-row").count()).toBe(50)
    await page.getByRole("link", { name: "Next" }).click()
    await page.getByText("51 to ").waitFor()
    await page.getByLabel("Search by title or id").fill("diner ou")
    await page.getByRole("button", { name: "Search" }).click()
    await becomes(() => page.locator(".poll-row h2").allTextContents(), ["Où dîner ?"])
    await page.getByRole("link", { name: "Show all" }).click()
    await page.getByText("1 to 50 of ").waitFor()

    await page.getByRole("link", { name: "Change the order" }).click()
    const last = String(await page.locator(".order-row").last().getAttribute("data-poll"))
    await page.locator(`[data-poll="${last}"]`).getByRole("button", { name: "down" }).click()
    await page.getByText("Moved.").waitFor()
    expect(new URL(page.url()).search).toBe("?order=1&page=2")
    expect(await page.locator(".order-row").first().getAttribute("data-poll")).toBe(last)
    await page.locator(`[data-poll="${last}"]`).getByRole("button", { name: "to the top" }).click()
    await page.getByText("1 to 50 of ").waitFor()
    expect(await page.locator(".order-row").first().getAttribute("data-poll")).toBe(last)
    await page.context().close()
  })
})
