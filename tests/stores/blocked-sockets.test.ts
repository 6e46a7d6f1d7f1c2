/** Viewers behind networks that let no WebSocket through, each in its own way: they follow the poll over HTTP. */

import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import type { Browser, Page } from "playwright-core"
import { openTables } from "../../apps/result/testing/result"
import { addVotes } from "../../apps/result/testing/votes"
import { startResultProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { type Sockets, startTestProxy, type TestProxy } from "../browsers/test-proxy"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"

const stores = useStores()
let sql: Database
let browser: Browser
let result: string

beforeAll(async () => {
  sql = await openTables(stores())
  result = (await startResultProcess(stores())).url
  browser = await launchChromium()
  stores().defer(() => browser.close())
}, 60_000)

/** Notes every total that the page shows. */
const noteTotals = (page: Page) =>
  page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    const note = () => {
      const text = document.querySelector("#total")?.textContent?.replace(/\D/g, "")
      if (text) seen.push(Number(text))
    }
    new MutationObserver(note).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
const totals = (page: Page) => page.evaluate(() => (window as unknown as { seen: number[] }).seen)

const PAGES = ["/polls/:poll", "/embed/:poll", "/polls/:poll/stage"]

/** Three viewers of one poll behind one such network. */
async function openAll(proxy: TestProxy, poll: string): Promise<Page[]> {
  const opened = PAGES.map((path) => openPage(browser, `${proxy.url}${path.replace(":poll", poll)}`))
  const pages = await Promise.all(opened)
  for (const page of pages) stores().defer(() => page.context().close())
  return pages
}

const showsVotes = (page: Page, votes: number) =>
  page
    .locator("[data-option=b] [data-part=votes]", { hasText: new RegExp(`^${votes}\\b`) })
    .waitFor({ timeout: 30_000 })

test.each<Sockets>(["refused", "unanswered", "cut", "silent"])(
  "where sockets are %s the pages follow over HTTP, and go back to sockets when these work",
  async (how) => {
    const poll = `sockets-${how}`
    await makePoll(sql, poll)
    const proxy = await startTestProxy(stores())
    proxy.leadTo(result)
    proxy.sockets(how)
    const pages = await openAll(proxy, poll)
    await Promise.all(pages.map((page) => page.locator("#connection.live").waitFor({ state: "attached" })))
    const [first] = pages
    if (!first) throw new Error("no page")
    await noteTotals(first)
    let votes = 0
    const vote = () => addVotes(sql, poll, "b", 1).then(() => ++votes)
    for (let round = 0; round < 4; round++) {
      await vote()
      await Promise.all(pages.map((page) => showsVotes(page, votes)))
    }
    const { sockets, snapshots } = proxy.asked()
    expect(snapshots).toBeGreaterThanOrEqual(4)
    // Waits grow with the time that no socket has worked: that many tries of three pages take minutes.
    expect(sockets).toBeLessThan(3 * 30)

    proxy.sockets("work")
    // Each vote is shown at once by now, and nobody asks any more.
    await waitFor(
      "all to be back at sockets",
      async () => {
        const before = proxy.asked().snapshots
        await vote()
        await Promise.all(pages.map((page) => showsVotes(page, votes)))
        await Bun.sleep(3_000)
        return proxy.asked().snapshots === before
      },
      120_000,
    )
    const seen = await totals(first)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(proxy.faults).toEqual([])
  },
  240_000,
)
