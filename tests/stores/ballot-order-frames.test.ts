/** The own order of a voter in a frame of another site, over HTTPS and without scripts: browsers send no visitor's cookie there. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import type { Browser, BrowserContext } from "playwright-core"
import { startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { atTheEnd } from "../harness/at-the-end"
import { type Certificate, makeAuthority } from "../harness/certificates"
import { launchChromium } from "../harness/chromium"
import { BIRDS, ORDER_POLLS } from "../harness/orders"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser
let certificate: Certificate

beforeAll(async () => {
  fixture = await startVoteFixture({ EMBED_ORIGINS: "https://localhost:*", TRUSTED_PROXIES: "127.0.0.1" })
  browser = await launchChromium({ whole: true })
  certificate = await (await makeAuthority(atTheEnd)).sign("site", "DNS:localhost,IP:127.0.0.1")
  await fixture.writePolls(...ORDER_POLLS)
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

/** The vote app behind a proxy with HTTPS. */
function startProxy() {
  return serve(async (request) => {
    const { pathname, search } = new URL(request.url)
    const headers = new Headers(request.headers)
    headers.set("x-forwarded-proto", "https")
    headers.set("accept-encoding", "identity")
    return fetch(`${fixture.url}${pathname}${search}`, { headers })
  })
}

function serve(answer: (request: Request) => Response | Promise<Response>) {
  const tls = { cert: Bun.file(certificate.cert), key: Bun.file(certificate.key) }
  return Bun.serve({ hostname: "127.0.0.1", port: 0, tls, fetch: answer })
}

/** Opens the page around the frame, and reads the options in the frame from the top to the bottom. */
async function shownInFrame(context: BrowserContext, port: number | undefined): Promise<string[]> {
  const page = await context.newPage()
  await page.goto(`https://localhost:${port}`)
  const labels = page.frameLocator("iframe").locator(".options .label bdi")
  await labels.last().waitFor()
  const shown = await labels.allTextContents()
  await page.close()
  return shown
}

test("in a frame of another site a browser without scripts shows the same order again, and another browser another one", async () => {
  using proxy = startProxy()
  const frame = `<iframe src="https://127.0.0.1:${proxy.port}/embed/one" width="600" height="900"></iframe>`
  using site = serve(() => new Response(frame, { headers: { "content-type": "text/html" } }))
  const newVoter = () => browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false })
  const [voter, other] = [await newVoter(), await newVoter()]
  const order = await shownInFrame(voter, site.port)
  expect(order.toSorted()).toEqual(BIRDS)
  expect(await shownInFrame(voter, site.port)).toEqual(order)
  expect(await shownInFrame(other, site.port)).not.toEqual(order)
  const kept = (await voter.cookies()).map(({ name }) => name)
  expect(kept).toEqual(["__Host-tallyroom_order"])
  for (const context of [voter, other]) await context.close()
})
