/** Pets and posts in a real browser. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import type { Browser } from "playwright-core"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, openPage } from "../harness/pages"
import { useStores } from "../harness/stores"
import { type Family, startFamily } from "./family"

const stores = useStores()
let family: Family
let browser: Browser

beforeAll(async () => {
  family = await startFamily(stores())
  browser = await launchChromium()
}, 120_000)
afterAll(() => browser.close())

test("a click on a pet moves the result page, and is pushed to a socket of that page", async () => {
  const { vote, result } = family.pets
  const watching = await openPage(browser, result.url)
  await watching.getByRole("heading", { name: "Dogs, cats or lizards?" }).waitFor()
  const pushed = watching.evaluate(
    (address) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(address)
        socket.onmessage = ({ data }) => JSON.parse(data).lizards === 1 && resolve(data)
        socket.onclose = ({ code }) => reject(new Error(`closed: ${code}`))
      }),
    `${result.url.replace("http", "ws")}/ws`,
  )
  const voting = await openPage(browser, vote.url, { width: 360 })
  await voting.getByRole("button", { name: "Lizards" }).click()
  await voting.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect(await pushed).toBe('{"dogs":0,"cats":0,"lizards":1}')
  await watching.getByText("1 vote", { exact: true }).waitFor()
  await expectAccessible(voting)
  for (const page of [watching, voting]) await page.context().close()
})

test("a typed address votes for a post, and again it is the same vote", async () => {
  const page = await openPage(browser, `${family.posts.url}/vote?postId=348&score=1`)
  expect(JSON.parse((await page.textContent("body")) ?? "")).toEqual({
    status: "success",
    postId: 348,
    vote: "upvote",
  })
  const again = await page.goto(`${family.posts.url}/vote?postId=348&score=1`)
  expect(again?.status()).toBe(200)
  await page.context().close()
})

test("a page of another site can't make a browser vote: by a picture, ahead of a click, or by a form", async () => {
  const target = `${family.posts.url}/vote?postId=349&score=1`
  const html = `<!doctype html><title>Elsewhere</title>
    <link rel="prefetch" href="${target}&ahead"><img src="${target}" alt="">
    <form action="${family.posts.url}/vote"><input name="postId" value="349"><input name="score" value="1"><button>Win</button></form>`
  const elsewhere = Bun.serve({
    port: 0,
    fetch: () => new Response(html, { headers: { "content-type": "text/html" } }),
  })
  const page = await openPage(browser, "about:blank")
  await page.goto(`http://localhost:${elsewhere.port}`)
  await page.waitForFunction(() => document.images[0]?.complete)
  await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, `${target}&ahead`)
  const sent = page.waitForResponse(target)
  await page.getByRole("button", { name: "Win" }).click()
  expect((await sent).status()).toBe(403)
  const counts = await fetch(`${family.posts.url}/vote-counts?postId=349`)
  expect(await counts.json()).toEqual({ postId: 349, upvotes: 0, downvotes: 0 })
  await page.context().close()
  await elsewhere.stop(true)
})
