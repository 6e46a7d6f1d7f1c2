/** How results look where few people look: on paper, in old browsers, in charts of every length, and in bars of every width. */

import { describe, expect, test } from "bun:test"
import { addVotes } from "../../apps/result/testing/votes"
import { waitFor } from "../../scripts/services/wait"
import { live, text, total, useOpenedResults } from "../harness/opened-results"
import { useStores } from "../harness/stores"

const stores = useStores()
const { pages, open, newPoll } = useOpenedResults(stores)

describe("the chart", () => {
  /** The words that the page's canvases are asked to write, with where each begins and ends. */
  async function openChart(poll: string, width: number) {
    const page = await open("/", { width })
    await page.addInitScript(() => {
      const written: { text: string; from: number; to: number; room: number }[] = []
      Object.assign(window, { written })
      const fill = CanvasRenderingContext2D.prototype.fillText
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
        const { width } = this.measureText(text)
        const from = this.textAlign === "center" ? x - width / 2 : this.textAlign === "right" ? x - width : x
        written.push({ text, from, to: from + width, room: this.canvas.width })
        return fill.call(this, text, x, y, ...rest)
      }
    })
    await page.goto(`${pages().result.address}/polls/${poll}`)
    await page.locator(".chart").scrollIntoViewIfNeeded()
    await page.locator(".plot canvas").waitFor()
    return page
  }

  test("comes although its script broke off, which a browser may take for the whole of it", async () => {
    await newPoll("cut-off")
    await addVotes(pages().sql, "cut-off", "a", 2)
    const page = await open("/")
    const asked: string[] = []
    await page.route(/chart/, (route) => {
      const { pathname, search } = new URL(route.request().url())
      asked.push(search)
      if (pathname.endsWith(".js") && search === "")
        return route.fulfill({ contentType: "text/javascript", body: "" })
      return route.continue()
    })
    await page.goto(`${pages().result.address}/polls/cut-off`)
    await page.locator(".chart").scrollIntoViewIfNeeded()
    await page.locator(".plot canvas").waitFor()
    expect(asked).toEqual(["", "?1"])
  })

  test.each([
    ["seconds", 8, /^\d+:\d\d:\d\d [AP]M$/],
    ["minutes", 300, /^\d+:\d\d [AP]M$/],
    ["hours", 30 * 3_600, /^[A-Z][a-z]{2} \d+, \d+ [AP]M$/],
    ["days", 6 * 86_400, /^[A-Z][a-z]{2} \d+$/],
  ])("of %s has times that differ and are not cut off on a phone", async (id, span, looks) => {
    await newPoll(`span-${id}`)
    // So many that no step is joined with another.
    for (const option of ["a", "b"]) await addVotes(pages().sql, `span-${id}`, option, 20)
    const second = Math.floor(Date.now() / 1_000) - span
    await pages().sql`INSERT INTO timeline (poll, shard, second, option, votes)
      SELECT number, 1, ${second}, option, 20 FROM polls, unnest(ARRAY['a', 'b']) AS option
      WHERE id = ${`span-${id}`}`
    const page = await openChart(`span-${id}`, 360)
    const written = () =>
      page.evaluate(
        () =>
          (window as unknown as { written: { text: string; from: number; to: number; room: number }[] })
            .written,
      )
    const times = await waitFor("the times", async () => {
      const found = (await written()).filter(({ text }) => looks.test(text))
      return found.length > 1 && found
    })
    const last = times.slice(times.findLastIndex(({ text }) => text === times[0]?.text))
    expect(new Set(last.map(({ text }) => text)).size).toBe(last.length)
    for (const { from, to, room } of await written()) {
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(room)
    }
  })
})

describe("bars", () => {
  test("without a vote have their 0 at their end", async () => {
    const page = await open("/polls/nobody", { width: 360 })
    const end = (selector: string) =>
      page.locator(`[data-option=a] ${selector}`).evaluate((it) => it.getBoundingClientRect().right)
    expect(await end("[data-part=votes]")).toBeCloseTo(await end(".bar"), 0)
  })

  test("stand below one status line, in which nothing is broken, from 768 px on", async () => {
    const page = await open("/polls/closes", { width: 768 })
    await live(page)
    for (const width of [768, 1_280, 1_920]) {
      await page.setViewportSize({ width, height: 900 })
      const [phase, connection] = await Promise.all(
        ["#phase", "#connection"].map((selector) => page.locator(selector).boundingBox()),
      )
      expect(connection?.y).toBe(phase?.y ?? -1)
      expect(connection?.height).toBeLessThan(40)
    }
  })

  test("of many options say that they are drawn against the leader, on the page and in a frame", async () => {
    for (const path of ["/polls/many", "/embed/many"]) {
      const page = await open(path)
      expect(await text(page, "#scale")).toBe("A full bar stands for the leader: 4% of all votes.")
      const widths = await page
        .locator(".bars rect.on-light")
        .evaluateAll((all) => all.map((bar) => Number.parseFloat(bar.getAttribute("width") ?? "")))
      expect(Math.max(...widths)).toBe(100)
    }
    expect(await (await open("/polls/open")).locator("#scale").count()).toBe(0)
  })
})

describe("on paper", () => {
  test("words are dark, though the screen is", async () => {
    for (const path of ["/polls/open", "/polls/open/stage"]) {
      const page = await open(path, { dark: true })
      const lightness = () =>
        page.locator("#title").evaluate((it) => {
          const channels = getComputedStyle(it).color.match(/\d+/g) ?? []
          return Math.max(...channels.map(Number))
        })
      expect(await lightness()).toBeGreaterThan(200)
      await page.emulateMedia({ media: "print" })
      expect(await lightness()).toBeLessThan(100)
    }
  })
})

describe("a browser as old as we support", () => {
  /**
   * Removes what Chrome 100, Firefox 102 and Safari 15.4 do not all have, and gives the browser an invalid language.
   */
  const olden = () => {
    for (const name of ["at", "toSorted", "toReversed", "toSpliced", "with", "findLast", "findLastIndex"])
      Reflect.deleteProperty(Array.prototype, name)
    for (const [owner, name] of [
      [AbortSignal, "timeout"],
      [AbortSignal, "any"],
      [Intl, "Segmenter"],
      [Promise, "withResolvers"],
    ] as const)
      Reflect.deleteProperty(owner, name)
    Object.defineProperty(Navigator.prototype, "language", { get: () => "C" })
  }

  test("shows live numbers, and a chart although its language is none", async () => {
    await newPoll("olden")
    const page = await open("/")
    await page.addInitScript(olden)
    await page.goto(`${pages().result.address}/polls/olden`)
    await live(page)
    await addVotes(pages().sql, "olden", "a", 3)
    await total(page, "3 votes")
    await page.locator(".chart").scrollIntoViewIfNeeded()
    await page.locator(".plot canvas").waitFor()
    await page.goto(`${pages().result.address}/polls/olden/stage`)
    await page.locator("#total", { hasText: /^3$/ }).waitFor()
  })

  test("keeps its numbers where the chart fails", async () => {
    await newPoll("chartless")
    await addVotes(pages().sql, "chartless", "a", 3)
    const page = await open("/")
    await page.addInitScript(() => Reflect.deleteProperty(window, "IntersectionObserver"))
    await page.goto(`${pages().result.address}/polls/chartless`)
    await live(page)
    await page.locator(".chart").waitFor({ state: "detached" })
    await addVotes(pages().sql, "chartless", "b", 4)
    await total(page, "7 votes")
  })

  test("leaves the page as it works without scripts where nothing can be live, and says so", async () => {
    const page = await open("/")
    await page.addInitScript(() => Reflect.deleteProperty(window, "WebSocket"))
    await page.goto(`${pages().result.address}/polls/many`)
    await page.getByText("These numbers don't move by themselves here.").waitFor()
    expect(await text(page, "#total")).toBe("1,225 votes")
    await page.getByText("Connecting…").waitFor({ state: "hidden" })
  })
})
