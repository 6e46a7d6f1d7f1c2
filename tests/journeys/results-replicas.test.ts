import { expect, test } from "bun:test"
import { openTables } from "../../apps/result/testing/result"
import { addVotes } from "../../apps/result/testing/votes"
import { startResultProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"
import { startTcpProxy } from "../harness/tcp-proxy"

const stores = useStores()

test("a page without a connection says how old its numbers are, and goes on by itself", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "cut")
  const result = await startResultProcess(stores())
  const balancer = await startTcpProxy(stores(), result.url)
  const browser = await launchChromium()
  stores().defer(() => browser.close())
  const page = await openPage(browser, `${balancer.url}/polls/cut`)
  await page.locator("#connection.live").waitFor()
  balancer.leadTo(null)
  balancer.cut()
  await page.getByText("Reconnecting…").waitFor()
  await page.getByText(/^Not connected\. Showing results from \d/).waitFor({ timeout: 10_000 })
  await addVotes(sql, "cut", "b", 1)
  balancer.leadTo(result.url)
  await page.locator("#total", { hasText: "1 vote" }).waitFor({ timeout: 20_000 })
  await page.locator("#connection.live").waitFor()
}, 60_000)

test("a viewer whose replica is killed goes on at another one, and no number ever goes back", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "flood")
  const [first, second] = await Promise.all([startResultProcess(stores()), startResultProcess(stores())])
  const balancer = await startTcpProxy(stores(), first.url)
  const browser = await launchChromium()
  stores().defer(() => browser.close())
  const page = await openPage(browser, `${balancer.url}/polls/flood`)
  await page.locator("#connection.live").waitFor()
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    const total = document.querySelector("#total")
    if (!total) throw new Error("no total")
    const note = () => seen.push(Number(total.textContent?.replace(/\D/g, "")))
    new MutationObserver(note).observe(total, { childList: true, characterData: true, subtree: true })
  })
  let votes = 0
  const vote = async () => addVotes(sql, "flood", "a", 1).then(() => ++votes)
  const shows = (count: number) =>
    waitFor(`${count} votes`, async () => {
      return (await page.locator("#total").textContent())?.replace(/\D/g, "") === String(count)
    })
  while (votes < 30) {
    await vote()
    if (votes % 5 === 0) await shows(votes)
  }

  await first.app.kill("SIGKILL")
  balancer.leadTo(second.url)
  for (let i = 0; i < 30; i++) await vote()
  await shows(votes)

  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.length).toBeGreaterThan(3)
}, 60_000)
