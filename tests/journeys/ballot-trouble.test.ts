/** A ballot in a bad network: kept, sent again, and counted once. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { replaceByTombstone } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Browser } from "playwright-core"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { voteOnPage } from "../harness/ballot"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, openPage } from "../harness/pages"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser
const polls = [
  examplePoll({ isDefault: true }),
  examplePoll({ number: 2, id: "swing", policy: "changeable" }),
  examplePoll({ number: 3, id: "office", eligibility: "network" }),
  examplePoll({ number: 4, id: "closing" }),
  examplePoll({ number: 5, id: "going" }),
  examplePoll({ number: 6, id: "gone" }),
  examplePoll({ number: 7, id: "hasty", policy: "changeable" }),
]

beforeAll(async () => {
  fixture = await startVoteFixture({ CHANGE_AFTER_SECONDS: "3" })
  browser = await launchChromium()
  await fixture.writePolls(...polls)
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

/** The page tries again by itself only after a minute: until then it is the test that says when. */
const COME_BACK_LATER = { status: 503, headers: { "retry-after": "60" } }

const TOO_SOON = {
  ...{ status: 429, headers: { "retry-after": "60" } },
  ...{ contentType: "application/problem+json", body: '{"type":"/problems/vote-too-soon"}' },
}

const waiting = async () =>
  (await fixture.admin.xlen(keys.inbox(0))) + (await fixture.admin.xlen(keys.inbox(1)))

test("a vote that is cast offline is kept, says so, and is counted once when the network is back", async () => {
  const before = await waiting()
  const page = await openPage(browser, fixture.url)
  await page.context().setOffline(true)
  await voteOnPage(page, "Cats")
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  await page.getByText("You are offline.").waitFor()
  await expectAccessible(page)
  expect(await waiting()).toBe(before)
  await page.context().setOffline(false)
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("who changes a vote at once waits a moment, and the page sends the new choice by itself", async () => {
  const before = await waiting()
  const page = await openPage(browser, `${fixture.url}/polls/hasty`)
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByRole("link", { name: "Change my vote" }).click()
  // However long a busy machine takes, the change comes too soon, and is not sent again before the test says so.
  await page.route("**/votes", (route) => route.fulfill(TOO_SOON), { times: 1 })
  await page.getByRole("button", { name: "Dogs", exact: true }).click()
  await page.getByText("You voted just now. Your new choice is sent in a moment.").waitFor()
  await expectAccessible(page)
  expect(await waiting()).toBe(before + 1)
  // It is sent again by itself; the return of the network only hastens that.
  await page.evaluate(() => void dispatchEvent(new Event("online")))
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  expect(await waiting()).toBe(before + 2)
  await page.context().close()
})

test("a form that changes a vote at once is told to come again, as is a program", async () => {
  const cookie = cookieOf(await fixture.vote("hasty", "a"))
  let turn = 0
  const early = await waitFor("a change that comes too soon", async () => {
    const answer = await fixture.vote("hasty", turn++ % 2 === 0 ? "b" : "a", { cookie })
    return answer.status === 429 && answer
  })
  expect(early.headers.get("retry-after")).toMatch(/^[1-3]$/)
  expect((await early.json()).type).toBe("/problems/vote-too-soon")
  const told = await waitFor("a form that comes too soon", async () => {
    const vote = turn++ % 2 === 0 ? "b" : "a"
    const form = await fixture.form("/polls/hasty", `vote=${vote}`, { cookie, accept: "text/html" })
    expect(form.status).toBe(303)
    const cookies = [cookie, ...form.headers.getSetCookie().map((it) => it.split(";")[0])].join("; ")
    const page = await fixture.ask(form.headers.get("location") ?? "", { headers: { cookie: cookies } })
    return (await page.text()).includes("You voted just now: choose again in a moment.")
  })
  expect(told).toBe(true)
})

test("a vote whose answer was lost is sent again, and is the same vote", async () => {
  const before = await waiting()
  const page = await openPage(browser, fixture.url)
  let lost = 0
  await page.route("**/votes", async (route) => {
    if (lost === 2) return route.continue()
    await route.fetch()
    await (++lost === 1 ? route.abort("connectionreset") : route.fulfill(COME_BACK_LATER))
  })
  await voteOnPage(page, "Dogs")
  await waitFor("the second answer to be lost", () => lost === 2)
  await page.getByRole("button", { name: "Try now" }).click()
  await page.getByRole("heading", { name: "Your vote is in already" }).waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("a vote that is under way survives a reload of its page", async () => {
  const before = await waiting()
  const page = await openPage(browser, fixture.url)
  await page.route("**/votes", (route) => route.fulfill(COME_BACK_LATER))
  await voteOnPage(page, "Dogs")
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  await page.unroute("**/votes")
  await page.reload()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await page.locator(".chosen").textContent()).toContain("Dogs")
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("a browser that takes no cookies stays one voter", async () => {
  const before = await waiting()
  const page = await openPage(browser, fixture.url)
  await page.context().clearCookies()
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.evaluate(() => {
    for (const name of Object.keys(localStorage)) if (name.includes("standing")) localStorage.removeItem(name)
  })
  await page.reload()
  await page.context().clearCookies()
  await voteOnPage(page, "Dogs")
  await page.getByRole("heading", { name: "You have voted already" }).waitFor()
  expect(await waiting()).toBe(before + 1)
  await page.context().close()
})

test("a waiting vote never takes the place of one that was cast later, in another tab", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/swing`)
  const later = await page.context().newPage()
  await page.route("**/votes", (route) => route.fulfill(COME_BACK_LATER))
  await page.getByRole("button", { name: "Cats" }).click()
  await page.getByText("Not sent yet. Trying again…").first().waitFor()
  await later.goto(`${fixture.url}/polls/swing`)
  await later.getByRole("button", { name: "Dogs" }).click()
  await later.getByRole("heading", { name: "Your vote is in" }).waitFor()
  const before = await waiting()
  await page.unroute("**/votes")
  // The vote is sent again by itself; the return of the network only hastens that.
  await page.evaluate(() => void dispatchEvent(new Event("online")))
  await page.locator(".chosen", { hasText: "Dogs" }).waitFor()
  expect(await waiting()).toBe(before)
  await page.context().close()
})

test("a person who votes second from a network that has one vote is told so", async () => {
  expect((await fixture.vote("office", "a")).status).toBe(201)
  const page = await openPage(browser, `${fixture.url}/polls/office`)
  await voteOnPage(page, "Dogs")
  await page.getByText("This poll takes one vote from each network, and yours has voted.").waitFor()
  await page.context().close()
})

test("a vote that was waiting when the poll closed, or was deleted, does not vanish without a word", async () => {
  const open = async (poll: string) => {
    const page = await openPage(browser, `${fixture.url}/polls/${poll}`)
    await page.context().setOffline(true)
    await voteOnPage(page, "Cats")
    await page.getByText("Not sent yet. Trying again…").first().waitFor()
    return page
  }
  const [closing, going] = [await open("closing"), await open("going")]
  await fixture.writePolls(examplePoll({ number: 4, id: "closing", state: "closed" }))
  for (const shard of [0, 1]) await fixture.admin.del(keys.poll(shard, "going"))
  await waitFor("the vote app to know", async () => (await fixture.ask("/api/polls/going")).status === 404)
  await closing.context().setOffline(false)
  await closing.getByText("Voting stopped before your vote was confirmed.").waitFor()
  await expectAccessible(closing)
  await going.context().setOffline(false)
  await going.getByRole("heading", { name: "There is no such poll" }).waitFor()
  for (const page of [closing, going]) await page.context().close()
})

test("the open pages of a poll that is deleted say so by themselves", async () => {
  const [choosing, voted] = await Promise.all([
    openPage(browser, `${fixture.url}/polls/gone`),
    openPage(browser, `${fixture.url}/polls/gone`),
  ])
  await choosing.getByRole("button", { name: "Dogs" }).click()
  await voteOnPage(voted, "Cats")
  await voted.getByRole("heading", { name: "Your vote is in" }).waitFor()
  for (const shard of [0, 1])
    await replaceByTombstone(fixture.admin, shard, { id: "gone", number: 6 }, "tombstone")
  for (const page of [choosing, voted]) {
    await page.getByRole("heading", { name: "This poll was deleted" }).waitFor()
    await page.context().close()
  }
})

test("a page never goes back to what another vote app knew before", async () => {
  const before = examplePoll({ number: 7, id: "ages", title: "What was asked before?" })
  await fixture.writePolls(...polls, before)
  const path = "/api/polls/ages"
  const [poll, now] = await Promise.all(
    [path, `${path}/now`].map(async (it) => (await fixture.ask(it)).text()),
  )
  await fixture.writePolls(...polls, { ...before, title: "What is asked now?", revision: 2 })
  await waitFor("the vote app to know", async () => (await (await fixture.ask(path)).json()).revision === 2)
  const page = await openPage(browser, "about:blank")
  let asked = 0
  await page.route(`**${path}`, (route) =>
    route.fulfill({ body: poll ?? "", contentType: "application/json" }),
  )
  await page.route(`**${path}/now`, (route) => {
    asked++
    return route.fulfill({ body: now ?? "", contentType: "application/json" })
  })
  await page.goto(`${fixture.url}/polls/ages`)
  // Each answer is requested when the one before was processed.
  await waitFor("the page to hear it twice", async () => asked > 2)
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("What is asked now?")
  await page.context().close()
})
