/** The ballot in a frame of another site's page. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import type { Browser } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { voteOnPage } from "../harness/ballot"
import { launchChromium } from "../harness/chromium"
import { openPage } from "../harness/pages"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser

beforeAll(async () => {
  fixture = await startVoteFixture({ EMBED_ORIGINS: "http://localhost:*,http://127.0.0.1:*" })
  browser = await launchChromium({ whole: true })
  await fixture.writePolls(examplePoll({ isDefault: true }))
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

/** A page of somebody else's with the ballot in a frame, on a port of its own. */
function hostPage(voteUrl = fixture.url) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response(
        `<script>addEventListener("message", ({ data }) => { document.title = data.tallyroom + " " + data.height })</script>
         <iframe src="${voteUrl}/embed/pets" width="600" height="200"></iframe>`,
        { headers: { "content-type": "text/html" } },
      ),
  })
}

test("the ballot in a frame of another origin votes, tells its height and stays in the frame", async () => {
  using site = hostPage()
  const page = await openPage(browser, `http://127.0.0.1:${site.port}`)
  const frame = page.frameLocator("iframe")
  await voteOnPage(frame, "Cats")
  await frame.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await page.waitForFunction(() => /^height \d{3}$/.test(document.title))
  expect(await frame.getByRole("link", { name: "See the results" }).getAttribute("target")).toBe("_blank")
  await page.context().close()
})

test("a browser that keeps nothing in a frame of another site votes on the poll's own page", async () => {
  using site = hostPage()
  const page = await openPage(browser, `http://localhost:${site.port}`)
  const link = page.frameLocator("iframe").getByRole("link", { name: "Vote in a new tab" })
  await link.waitFor()
  expect(await link.getAttribute("href")).toBe("/polls/pets")
  expect(await page.frameLocator("iframe").getByRole("button", { name: "Cats" }).count()).toBe(0)
  await page.context().close()
})

test("the sites that may frame the ballot are a setting, and its own page can't be framed", async () => {
  const policy = async (path: string) => (await fixture.ask(path)).headers.get("content-security-policy")
  expect(await policy("/embed/pets")).toEndWith(
    "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
  )
  expect(await policy("/polls/pets")).toEndWith("frame-ancestors 'none'")
})

test("unless a site is named, no browser shows the ballot in its page", async () => {
  const closed = await startVoteFixture()
  await closed.writePolls(examplePoll({ isDefault: true }))
  const { headers } = await closed.ask("/embed/pets")
  expect(headers.get("content-security-policy")).toEndWith("frame-ancestors 'self'")
  expect(headers.get("x-frame-options")).toBe("SAMEORIGIN")
  using site = hostPage(closed.url)
  const page = await openPage(browser, `http://127.0.0.1:${site.port}`)
  await waitFor("the refusal", () => page.frames()[1]?.url().startsWith("chrome-error:"))
  await page.context().close()
  await closed.stop()
})

test("without scripts the vote is cast in a new tab, where the browser is recognised when it comes again", async () => {
  using site = hostPage()
  const page = await openPage(browser, `http://localhost:${site.port}`, { javaScript: false })
  const receipts: string[] = []
  for (const says of ["Your vote is in", "Your vote is in already"]) {
    const opened = page.context().waitForEvent("page")
    await page.frameLocator("iframe").getByRole("button", { name: "Cats" }).click()
    const tab = await opened
    await tab.getByRole("heading", { name: says, exact: true }).waitFor()
    receipts.push((await tab.locator(".receipt").first().textContent()) ?? "")
    await tab.close()
  }
  expect(new Set(receipts).size).toBe(1)
  await page.context().close()
})

test("a frame follows the theme of the page around it", async () => {
  const page = await openPage(browser, `${fixture.url}/embed/pets?theme=dark`, { width: 360 })
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark")
  const ink = await page.locator("h1").evaluate((heading) => getComputedStyle(heading).color)
  expect(ink).toBe("rgb(243, 238, 227)")
  await page.context().close()
})
