import { describe, expect, test } from "bun:test"
import { embedOrigins } from "@tallyroom/lib/http/embed-origins"
import type { Locator, Page } from "playwright-core"
import { embedSnippet, frameSnippet } from "../../apps/result/embed/embed-snippet"
import { startResultApp } from "../../apps/result/testing/result"
import { addVotes } from "../../apps/result/testing/votes"
import { examplePoll, startVoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { expectAccessible, openPage, type View } from "../harness/pages"
import { useResultPages } from "../harness/result-pages"
import { useStores } from "../harness/stores"

const read = (sites: string) => embedOrigins.schema.parse(sites)
const stores = useStores()
const pages = useResultPages(stores)

/** The site of a team that shows this in one of its pages. */
async function openTeamSite(content: string, view: View = {}, head = "") {
  const html = `<!doctype html><html lang="en"><head><title>Team</title>${head}</head><body><h1>Our team</h1>${content}</body></html>`
  const headers = { "content-type": "text/html; charset=utf-8" }
  const site = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(html, { headers }) })
  stores().defer(() => site.stop(true))
  // Another site for the browser: 127.0.0.1 is not localhost.
  const page = await openPage(pages().browser, `http://localhost:${site.port}/`, view)
  stores().defer(() => page.context().close())
  return page
}

/** Red, green and blue at the upper left corner of an element, as the browser has painted it. */
async function paintedAt(page: Page, place: Locator): Promise<number[]> {
  const box = await place.boundingBox()
  const clip = { x: (box?.x ?? 0) + 1, y: (box?.y ?? 0) + 1, width: 1, height: 1 }
  const picture = (await page.screenshot({ clip })).toString("base64")
  return page.evaluate(async (png) => {
    const image = new Image()
    image.src = `data:image/png;base64,${png}`
    await image.decode()
    const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d")
    pen?.drawImage(image, 0, 0)
    return [...(pen?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3)
  }, picture)
}

describe("a poll in another site", () => {
  test("is live in a frame that grows to the height of its content", async () => {
    const { result, sql } = pages()
    const page = await openTeamSite(embedSnippet(result.address, "many"))
    const frame = page.frameLocator("iframe")
    await frame.locator("#total", { hasText: "1,225 votes" }).waitFor()
    const height = () => page.locator("iframe").evaluate((it) => it.clientHeight)
    const wanted = () => frame.locator("body").evaluate((it) => Math.ceil(it.getBoundingClientRect().height))
    await waitFor("the height", async () => (await height()) === (await wanted()))
    expect(await height()).toBeGreaterThan(2_000)
    await frame.locator("#connection.live").waitFor()
    await addVotes(sql, "many", "o1", 1)
    await frame.locator("#total", { hasText: "1,226 votes" }).waitFor()
    await expectAccessible(page)
  })

  test("stands at the end of a page that has the snippet in its head", async () => {
    const snippet = embedSnippet(pages().result.address, "open")
    for (const head of [snippet, snippet.replace(" async", "")]) {
      const page = await openTeamSite("<style>body { background: #222 }</style>", {}, head)
      await page.frameLocator("body > iframe").locator("#total", { hasText: "8 votes" }).waitFor()
      await page.frameLocator("body > iframe").locator(":root[data-theme=dark]").waitFor()
    }
  })

  test("is as light or dark as what it stands on, which shows through, and follows it", async () => {
    const { result } = pages()
    const night = "@media (prefers-color-scheme: dark) { body { background: #222; color: #eee } }"
    const page = await openTeamSite(`<style>${night}</style>${embedSnippet(result.address, "open")}`)
    const frame = page.frameLocator("iframe")
    const shown = () =>
      frame.locator("body").evaluate((body) => ({
        theme: document.documentElement.dataset.theme,
        paper: getComputedStyle(body).backgroundColor,
        ink: getComputedStyle(body).color,
        address: location.href,
      }))
    await frame.locator("#connection.live").waitFor()
    const day = await shown()
    expect(day).toMatchObject({ theme: "light", paper: "rgba(0, 0, 0, 0)", ink: "rgb(19, 26, 44)" })
    await page.emulateMedia({ colorScheme: "dark" })
    await becomes(shown, { ...day, theme: "dark", ink: "rgb(243, 238, 227)" })
    await becomes(() => page.locator("iframe").evaluate((it) => getComputedStyle(it).colorScheme), "dark")
    // Measures the painted colours, as axe takes the background of a frame for white.
    await becomes(() => paintedAt(page, page.locator("iframe")), [0x22, 0x22, 0x22])
  })

  test("follows it with a ballot too, which the vote app serves", async () => {
    const fixture = await startVoteFixture({ EMBED_ORIGINS: "http://localhost:*" })
    stores().defer(() => fixture.stop())
    await fixture.writePolls(examplePoll({ id: "open" }))
    const { address } = await startResultApp(stores(), { voteUrl: fixture.url })
    const page = await openTeamSite(
      `<style>:root { color-scheme: light dark }</style>${embedSnippet(address, "open", "ballot")}`,
    )
    const html = page.frameLocator("iframe").locator("html")
    await page.frameLocator("iframe").getByText("Cats or dogs?").waitFor()
    expect(await html.getAttribute("data-theme")).toBe("light")
    await page.emulateMedia({ colorScheme: "dark" })
    await waitFor("the night", async () => (await html.getAttribute("data-theme")) === "dark")
  })

  test("stays light in a page that knows no dark, and dark in one that is always dark", async () => {
    const themeIn = async (style: string, dark: boolean, attribute = "") => {
      const snippet = embedSnippet(pages().result.address, "open").replace(" async", `${attribute} async`)
      const page = await openTeamSite(`<style>${style}</style><div>${snippet}</div>`, { dark })
      const html = page.frameLocator("iframe").locator("html")
      await page.frameLocator("iframe").locator("#total").waitFor()
      return html.getAttribute("data-theme")
    }
    expect(await themeIn("", true)).toBe("light")
    expect(await themeIn("div { background: oklch(20% 0.02 260) }", false)).toBe("dark")
    expect(await themeIn(":root { color-scheme: light dark }", true)).toBe("dark")
    expect(await themeIn("", false, ' data-theme="dark"')).toBe("dark")
  })

  test("begins where the text around begins", async () => {
    const page = await openTeamSite(embedSnippet(pages().result.address, "open"))
    const around = await page.locator("h1").boundingBox()
    const inside = await page.frameLocator("iframe").locator("h1").boundingBox()
    expect(Math.abs((inside?.x ?? 0) - (around?.x ?? 99))).toBeLessThanOrEqual(8)
  })

  test("works as a plain frame too, follows the dark, and is accessible", async () => {
    const page = await openTeamSite(frameSnippet(pages().result.address, "closes"), {
      dark: true,
      width: 360,
    })
    await page.frameLocator("iframe").locator("#total", { hasText: "1 vote" }).waitFor()
    await expectAccessible(page)
    const paper = await page
      .frameLocator("iframe")
      .locator("body")
      .evaluate((it) => getComputedStyle(it).backgroundColor)
    expect(paper).toBe("rgb(12, 19, 34)")
  })

  test("leads to the ballot where the vote app serves it", async () => {
    const address = `${pages().result.address}/embed/open?view=ballot&theme=dark`
    const answer = await fetch(address, { redirect: "manual" })
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      "http://localhost:8080/embed/open?theme=dark",
    ])
  })
})

describe("frames", () => {
  test("are refused for every other page", async () => {
    const { address } = pages().result
    for (const path of ["/polls/open", "/polls/open/stage", "/", "/nowhere"]) {
      const { headers } = await fetch(`${address}${path}`, { headers: { accept: "text/html" } })
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
      expect(headers.get("x-frame-options")).toBe("DENY")
    }
    const page = await openTeamSite(`<iframe src="${address}/polls/open" title="No"></iframe>`)
    await waitFor("the refusal", () => page.frames()[1]?.url().startsWith("chrome-error:"))
  })

  test("are for the sites that the setting names", async () => {
    const team = await startResultApp(stores(), { embedOrigins: read("https://team.example") })
    const { headers } = await team.get("/embed/open")
    expect(headers.get("content-security-policy")).toEndWith("frame-ancestors 'self' https://team.example")
    expect(headers.get("x-frame-options")).toBeNull()
  })

  test("show results in every site while none is named, and lead to the ballot in a new tab", async () => {
    const { address } = await startResultApp(stores(), { embedOrigins: read("") })
    const page = await openTeamSite(embedSnippet(address, "open", "ballot"), { width: 360 })
    const frame = page.frameLocator("iframe")
    await frame.getByText("This site may not show the ballot here.").waitFor()
    const link = frame.getByRole("link", { name: "Vote now" })
    expect(await link.getAttribute("target")).toBe("_blank")
    expect(await link.getAttribute("href")).toBe("http://vote.test/polls/open")
    await frame.locator("#connection.live").waitFor()
    await expectAccessible(page)
  })

  test("show the ballot in no site but those that are named, which another one is told", async () => {
    const { address } = await startResultApp(stores(), { embedOrigins: read("https://team.example") })
    const ask = (referer: string) =>
      fetch(`${address}/embed/open?view=ballot`, { redirect: "manual", headers: { referer } })
    expect((await ask("https://team.example/news")).status).toBe(302)
    const elsewhere = await ask("https://evil.example/")
    expect([elsewhere.status, elsewhere.headers.get("cache-control")]).toEqual([200, "private, no-store"])
    expect(await elsewhere.text()).toContain("This site may not show the ballot here.")
  })
})
