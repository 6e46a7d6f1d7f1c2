/** Every state of the ballot is a clear page of its own: readable at every width, in light and dark, by everybody. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { brotliDecompressSync } from "node:zlib"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Option, Poll } from "@tallyroom/lib/polls/poll"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import type { Browser, Page } from "playwright-core"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { waitFor } from "../../scripts/services/wait"
import { voteOnPage } from "../harness/ballot"
import { launchChromium } from "../harness/chromium"
import { expectAccessible, expectNoSideScroll, openPage, screenshot } from "../harness/pages"

/** HTML, CSS and JS of the ballot, as they travel. */
const MOST_BYTES = 20 * 1024

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)

let fixture: VoteFixture
let browser: Browser

const hour = 3_600_000
const many: Option[] = Array.from({ length: 50 }, (_, i) => ({
  id: `o${i}`,
  label: `${i + 1} ${"Donaudampfschifffahrtsgesellschaft ".repeat(3)}`.slice(0, 80).trim(),
  ...(i % 3 === 0 && { emoji: "🎪" }),
  ...(i % 3 === 1 && { colour: i % 2 ? "#ffff00" : "#000000" }),
}))

/** Nothing listens there, so that every browser shows a broken picture. */
const NOWHERE = "https://127.0.0.1:9/x.png"
/** Answered by the browser itself. */
const WHOLE = "https://pictures.example/whole.svg"
const SQUARE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
const pictures: Option[] = [
  { id: "broken", label: "Broken", emoji: "🦊", image: NOWHERE },
  { id: "plain", label: "Plain", image: NOWHERE },
  { id: "whole", label: "Whole", emoji: "🦊", image: WHOLE },
  { id: "two", label: "Two", emoji: "👩‍👩‍👧👩‍👩‍👧" },
  // No font has this sequence as one sign, so each font draws several signs, as an old font does with a new emoji.
  { id: "wide", label: "Wide", emoji: "🦊‍🐈‍🐕‍🦊‍🐈" },
]

const polls: Poll[] = [
  examplePoll({
    isDefault: true,
    options: [
      { id: "a", label: "Cats", emoji: "🐈" },
      { id: "b", label: "Dogs", emoji: "🐕" },
    ],
    closesAt: new Date(Date.now() + hour),
  }),
  examplePoll({ number: 3, id: "tomorrow", opensAt: new Date(Date.now() + hour) }),
  examplePoll({ number: 4, id: "over", state: "closed" }),
  examplePoll({ number: 5, id: "final", state: "final" }),
  examplePoll({ number: 6, id: "tie", state: "final" }),
  examplePoll({ number: 7, id: "nobody", state: "final" }),
  examplePoll({ number: 8, id: "coded", eligibility: "code" }),
  examplePoll({ number: 9, id: "many", options: many, title: "Which of these? ".repeat(12).trim() }),
  examplePoll({ number: 10, id: "secret", state: "final", results: "after-vote" }),
  examplePoll({ number: 11, id: "swing", policy: "changeable" }),
  examplePoll({ number: 12, id: "pictures", options: pictures }),
  examplePoll({ number: 13, id: "days", opensAt: new Date(Date.now() + 53 * hour) }),
  examplePoll({
    number: 14,
    id: "hebrew",
    title: "מה לאכול? (2)",
    policy: "changeable",
    options: [
      { id: "a", label: "פיצה (גדולה)", emoji: "🍕" },
      { id: "b", label: "Pizza (large)" },
    ],
  }),
]

beforeAll(async () => {
  fixture = await startVoteFixture()
  browser = await launchChromium()
  await fixture.writePolls(...polls)
  const tallies = {
    pets: [12, 7],
    over: [12, 7],
    final: [1_512, 988],
    tie: [4, 4],
    nobody: [0, 0],
    swing: [3, 1],
    hebrew: [2, 1],
  }
  for (const [poll, [a = 0, b = 0]] of Object.entries(tallies)) {
    await fixture.admin.set(keys.tally(poll), JSON.stringify({ version: 1, votes: { a, b }, total: a + b }))
  }
})
afterAll(async () => {
  await browser.close()
  await fixture.stop()
})

/** `withoutScripts`: where the page promises less without them. */
type State = {
  name: string
  path: string
  shows: string
  withoutScripts?: string
  act?: (page: Page) => Promise<void>
}

const vote = async (page: Page) => {
  await page.locator("button.option").first().click()
  await page.locator(".voted .tally").waitFor()
}

const STATES: State[] = [
  { name: "open", path: "/", shows: "Closes in" },
  {
    name: "scheduled",
    path: "/polls/tomorrow",
    shows: "The ballot appears here by itself",
    withoutScripts: "Reload this page then",
  },
  { name: "closed", path: "/polls/over", shows: "The last votes are being counted" },
  { name: "final", path: "/polls/final", shows: "Winner" },
  { name: "tie", path: "/polls/tie", shows: "A tie" },
  { name: "nobody", path: "/polls/nobody", shows: "Nobody voted." },
  { name: "secret", path: "/polls/secret", shows: "shown to everybody who has voted" },
  { name: "code", path: "/polls/coded", shows: "The 16 characters" },
  { name: "many", path: "/polls/many", shows: "Donaudampfschifffahrt" },
  { name: "unknown", path: "/polls/nothing", shows: "There is no such poll" },
  { name: "nowhere", path: "/nothing", shows: "There is nothing here" },
  { name: "embedded", path: "/embed/pets", shows: "Cats or dogs?" },
  { name: "voted", path: "/polls/swing", shows: "3 votes", act: vote },
  {
    name: "code-wrong",
    path: "/polls/coded?code=1",
    shows: "This is no code of this poll",
    act: async (page) => {
      await page.getByRole("button", { name: "Cats" }).click()
      await page.getByText("This is no code").waitFor()
    },
  },
  {
    name: "chosen",
    path: "/polls/many",
    shows: "Vote for 2",
    act: (page) => page.locator("button.option").nth(1).click(),
  },
]

/** Set it to a folder to look at every page. */
const PICTURES = process.env.BALLOT_PICTURES

for (const { name, path, shows, withoutScripts = shows, act } of STATES) {
  test(`The page "${name}" says what it is and is accessible at every width, in light and dark.`, async () => {
    const page = await openPage(browser, `${fixture.url}${path}`, { width: 360 })
    await act?.(page)
    if (name !== "voted") await page.getByText(shows).first().waitFor()
    expect(await page.title()).toEndWith(" · Tallyroom")
    for (const width of PICTURES ? [360, 768, 1280, 1920] : [360, 1280]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 740 })
        await page.emulateMedia({ colorScheme })
        if (PICTURES) await screenshot(page, `${PICTURES}/${name}-${width}-${colorScheme}.png`)
        // Each width and each scheme once: the colours are the same at every width.
        if ((width === 360) === (colorScheme === "light")) await expectAccessible(page)
        await expectNoSideScroll(page)
      }
    }
    await page.context().close()
  })

  if (!act) {
    test(`The page "${name}" says what is true without scripts.`, async () => {
      const page = await openPage(browser, `${fixture.url}${path}`, { width: 360, javaScript: false })
      await page.getByText(withoutScripts).first().waitFor()
      if (withoutScripts !== shows) expect(await page.getByText(shows).count()).toBe(0)
      await expectNoSideScroll(page)
      await page.context().close()
    })
  }
}

test("every target is at least 44 px high", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/swing`, { width: 360 })
  await vote(page)
  const heights = await page
    .locator("a:visible, button:visible, summary:visible")
    .evaluateAll((elements) =>
      elements.map((element) => [element.textContent, element.getBoundingClientRect().height] as const),
    )
  expect(heights.filter(([text, height]) => height < 44 && text !== "Skip to the content")).toEqual([])
  await page.context().close()
})

test("a scheduled poll opens on its page by itself, and a closed one becomes final", async () => {
  const soon = examplePoll({ number: 20, id: "soon", opensAt: new Date(Date.now() + hour) })
  await fixture.writePolls(...polls, soon)
  const page = await openPage(browser, `${fixture.url}/polls/soon`)
  await page.getByText("Voting opens in").waitFor()
  // However long a busy machine took for that page, the opening time comes only now.
  await fixture.writePolls(...polls, { ...soon, opensAt: new Date(Date.now() + 2_500), revision: 2 })
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await fixture.writePolls(...polls, { ...soon, state: "final", revision: 3 })
  await fixture.admin.set(keys.tally("soon"), JSON.stringify({ version: 3, votes: { a: 1, b: 0 }, total: 1 }))
  await page.getByText("The result is final").waitFor({ timeout: 30_000 })
  await page.getByText("Winner").waitFor()
  await page.context().close()
})

test("a ballot says that voting is paused, and goes on by itself", async () => {
  const pause = examplePoll({ number: 21, id: "pause", state: "paused" })
  await fixture.writePolls(...polls, pause)
  const page = await openPage(browser, `${fixture.url}/polls/pause`)
  await page.getByText("Voting is paused").waitFor()
  await expectAccessible(page)
  await fixture.writePolls(...polls, { ...pause, state: "open", revision: 2 })
  await voteOnPage(page, "Cats")
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  await fixture.writePolls(...polls, { ...pause, revision: 3 })
  await page.reload()
  await page.getByText("Voting is paused").waitFor()
  await page.getByText("You chose").waitFor()
  await page.context().close()
})

test("a phone whose clock was days off, and is set while the ballot is open, counts down rightly again", async () => {
  const page = await browser.newPage({ locale: "en" })
  await page.clock.install({ time: Date.now() - 72 * hour })
  await page.goto(`${fixture.url}/`)
  const countdown = page.getByText(/^Closes in (1 hr|\d\d min)/)
  for (const set of [0, -48 * hour]) {
    await countdown.waitFor()
    await page.clock.setSystemTime(Date.now() + set)
    // By then the page has counted by its new time.
    for (let answers = 0; answers < 3; answers++) await page.waitForResponse(/\/(now|tally)/)
  }
  await countdown.waitFor()
  await page.close()
})

test("the ballot with all that it loads weighs at most 20 KB", async () => {
  const headers = { "accept-encoding": "br", "accept-language": "ja" }
  const size = async (path: string) => {
    const response = await fixture.ask(path, { headers, decompress: false } as RequestInit)
    expect(response.headers.get("content-encoding")).toBe("br")
    return Buffer.from(await response.arrayBuffer())
  }
  const html = await size("/")
  const page = brotliDecompressSync(html).toString()
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path)
  expect(assets).toHaveLength(2)
  const sizes = [html.length, ...(await Promise.all(assets.map(size))).map(({ length }) => length)]
  console.log(`  HTML, CSS and JS of the ballot: ${sizes.join(" + ")} bytes`)
  expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(MOST_BYTES)
})

test("a page that says what is wrong does so in the reader's language alone, and can be switched", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/nothing?x=1`, { language: "de" })
  await page.getByRole("heading", { name: "Diese Abstimmung gibt es nicht" }).waitFor()
  expect(await page.locator("main [lang]").count()).toBe(0)
  await page.locator(".language-switch summary").click()
  await page.locator(".language-switch a[lang=ja]").click()
  await page.getByRole("heading", { name: "この投票は見つかりません" }).waitFor()
  expect(new URL(page.url()).pathname).toBe("/polls/nothing")
  await page.goto(`${fixture.url}/polls/pets`)
  expect(await page.locator("html").getAttribute("lang")).toBe("ja")
  await page.context().close()
})

test("a title and a label in Hebrew have their own direction, before and after the vote", async () => {
  const page = await openPage(browser, `${fixture.url}/polls/hebrew`, { width: 390 })
  const directionOf = (text: string) =>
    page
      .getByText(text, { exact: true })
      .last()
      .evaluate((it) => [getComputedStyle(it).direction, getComputedStyle(it).unicodeBidi])
  expect(await directionOf("מה לאכול? (2)")).toEqual(["rtl", "isolate"])
  expect(await directionOf("פיצה (גדולה)")).toEqual(["rtl", "isolate"])
  expect((await directionOf("Pizza (large)"))[0]).toBe("ltr")
  if (PICTURES) await screenshot(page, `${PICTURES}/hebrew.png`)
  await page.locator("button.option").first().click()
  await page.locator(".voted .tally").waitFor()
  for (const text of ["מה לאכול? (2)", "פיצה (גדולה)"]) expect((await directionOf(text))[0]).toBe("rtl")
  expect(await page.locator(".chosen bdi").evaluate((it) => getComputedStyle(it).direction)).toBe("rtl")
  await page.reload()
  expect(await page.title()).toContain("\u2068מה לאכול? (2)\u2069")
  if (PICTURES) await screenshot(page, `${PICTURES}/hebrew-voted.png`)
  await page.context().close()
})

test("a request that no form of ours sends is refused by a page without words for programs", async () => {
  const headers = { accept: "text/html", "accept-language": "fr" }
  const refused = await (await fixture.form("/polls/pets", "vote=nobody", headers)).text()
  expect(refused).toContain("Ce choix n’est pas sur le bulletin")
  expect(refused).not.toContain("has no option")
  const broken = await (await fixture.form("/polls/pets", "x=1", headers)).text()
  expect(broken).toContain("La demande est illisible")
  expect(broken).not.toContain("The field")
})

test("a picture that can't be loaded gives way to the emoji, or to the option's place", async () => {
  const page = await openPage(browser, "about:blank")
  await page.route(WHOLE, (route) => route.fulfill({ contentType: "image/svg+xml", body: SQUARE }))
  await page.goto(`${fixture.url}/polls/pictures`)
  const mark = (label: string) => page.getByRole("button", { name: label }).locator(".mark")
  await mark("Broken").locator(".emoji").waitFor()
  expect(await mark("Broken").locator("img").count()).toBe(0)
  await mark("Plain").locator("text").first().waitFor({ state: "attached" })
  expect(await mark("Plain").locator("img").count()).toBe(0)
  const image = mark("Whole").locator("img")
  await page.waitForFunction(
    (img) => img instanceof HTMLImageElement && img.complete,
    await image.elementHandle(),
  )
  expect(await image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  expect(await mark("Whole").locator(".emoji").count()).toBe(0)
  await page.context().close()
})

test("the content of an option's mark stays inside it, and takes no room from the label", async () => {
  for (const width of [360, 1280]) {
    const page = await openPage(browser, `${fixture.url}/polls/pictures`, { width })
    const marks = page.locator(".mark")
    const boxes = await marks.evaluateAll((elements) =>
      elements.map((element) => {
        const { width, height } = element.getBoundingClientRect()
        return { width, height, clips: getComputedStyle(element).overflow }
      }),
    )
    for (const box of boxes) expect(box).toEqual({ width: box.height, height: box.height, clips: "hidden" })
    for (const name of ["Two", "Wide"]) {
      const emoji = page.getByRole("button", { name }).locator(".emoji")
      await waitFor(`${name} to fit`, () => emoji.evaluate((it) => it.scrollWidth <= it.clientWidth))
    }
    await page.context().close()
  }
})

/** For each paragraph of the countdown with several lines: how much of its widest line the last one fills. */
const lastLines = (page: Page) =>
  page.locator(".countdown p, .countdown p > *").evaluateAll((elements) =>
    elements.flatMap((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      const lines = new Map<number, number>()
      for (const { bottom, width } of range.getClientRects()) {
        lines.set(Math.round(bottom), (lines.get(Math.round(bottom)) ?? 0) + width)
      }
      const widths = [...lines.values()]
      const alone = element.childElementCount === 0 && widths.length > 1
      return alone ? [(widths.at(-1) ?? 0) / Math.max(...widths)] : []
    }),
  )

test.each([...LANGUAGES])(
  "no word of the countdown stands alone in a line of a wide page (%s)",
  async (language) => {
    const page = await openPage(browser, `${fixture.url}/polls/days`, { language })
    await page.getByRole("timer").waitFor()
    for (const width of [768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 740 })
      for (const share of await lastLines(page)) expect(share).toBeGreaterThan(0.4)
    }
    await page.context().close()
  },
)
