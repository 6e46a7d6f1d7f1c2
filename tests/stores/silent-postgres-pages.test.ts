/** What open pages say when the result app's Postgres falls silent: results, stage and embed. */

import { expect, test } from "bun:test"
import type { Page } from "playwright-core"
import { openTables } from "../../apps/result/testing/result"
import { addVotes } from "../../apps/result/testing/votes"
import { startResultProcess } from "../../scripts/services/apps/start-apps"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"
import { startTcpProxy } from "../harness/tcp-proxy"

const stores = useStores()

/** What is promised. */
const TOLD_MS = 10_000

const PATHS = ["/polls/silent", "/polls/silent/stage", "/embed/silent"]

test("within 10 s every open page says from when its numbers are, and goes on by itself", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "silent")
  await addVotes(sql, "silent", "a", 3)
  const { resultUrl } = stores().database
  const proxy = await startTcpProxy(stores(), resultUrl)
  const result = await startResultProcess(stores(), { DATABASE_URL: proxy.urlOf(resultUrl) })
  const browser = await launchChromium()
  stores().defer(() => browser.close())
  const pages = await Promise.all(PATHS.map((path) => openPage(browser, `${result.url}${path}`)))
  const live = (page: Page) => page.locator("#connection.live").waitFor({ state: "attached" })
  await Promise.all(pages.map(live))

  proxy.silenceAll()
  await addVotes(sql, "silent", "b", 1)
  const told = pages.map((page) => page.locator("#connection.stale").waitFor({ timeout: TOLD_MS }))
  await Promise.all(told)
  for (const page of pages)
    expect(await page.locator("#connection").textContent()).toMatch(/results from \d+:\d\d/i)

  proxy.restore()
  await Promise.all(pages.map(live))
  for (const page of pages.slice(0, 1)) await page.locator("#total", { hasText: "4 votes" }).waitFor()
}, 60_000)
