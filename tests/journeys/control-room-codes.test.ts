import { beforeAll, expect, test } from "bun:test"
import type { Browser, Page } from "playwright-core"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { launchChromium } from "../harness/chromium"
import { makePollAt, openControlRoom } from "../harness/control-room"
import { useStores } from "../harness/stores"

const stores = useStores()
let browser: Browser
let vote: AppProcess
let result: AppProcess
let page: Page

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  vote = await startVoteProcess(stores())
  result = await startResultProcess(stores(), { VOTE_URL: vote.url })
  browser = await launchChromium()
  stores().defer(() => browser.close())
  await makePollAt(result.url, { id: "club", eligibility: "code", title: "The club's board" })
  page = await openControlRoom(browser, result.url)
}, 60_000)

const MARGIN_MM = 10
/** Smaller codes with so long an address are hard to scan from paper. */
const SCANNED_MM = 22
const pixels = (mm: number) => Math.floor((mm / 25.4) * 96)

/** The page as paper sees it. */
async function openPrinted(url: string): Promise<Page> {
  const print = await openControlRoom(browser, result.url)
  await print.emulateMedia({ media: "print" })
  await print.goto(url)
  return print
}

/** Measures how high each sheet is in CSS pixels, and which parts of a card leave it or overlap what is below. */
function measure(print: Page) {
  return print.evaluate(() => ({
    sheets: [...document.querySelectorAll(".sheet")].map((sheet) => sheet.getBoundingClientRect().height),
    spilled: [...document.querySelectorAll(".code-card")].flatMap((card) => {
      const edge = card.getBoundingClientRect()
      const parts = [...card.children].map((part) => [part.className, part.getBoundingClientRect()] as const)
      return parts.flatMap(([name, { bottom, right }], i) => {
        const floor = Math.min(edge.bottom, parts[i + 1]?.[1].top ?? edge.bottom)
        return bottom > floor + 0.5 || right > edge.right ? [`${name}: ${bottom - floor}`] : []
      })
    }),
    codes: [...document.querySelectorAll(".code-card .qr")].map((qr) => qr.getBoundingClientRect().height),
  }))
}

const castWith = (code: string, option: string) =>
  fetch(`${vote.url}/api/polls/club/votes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ option, code }),
  })

test("codes are made, printed as cards, and vote once each", async () => {
  await page.goto(`${result.url}/admin/polls/club`)
  await page.getByRole("link", { name: "Make and print codes" }).click()
  await page.locator("#count").fill("30")
  await page.getByRole("button", { name: "Make codes" }).click()
  await page.getByText("Codes 1 to 30 are new.").waitFor()
  await page.getByRole("button", { name: "Print as QR cards" }).click()
  await page.waitForURL("**/codes/print?*")
  await page.locator(".code-card .code").last().waitFor()
  const codes = await page.locator(".code-card .code").allTextContents()
  expect(new Set(codes).size).toBe(30)
  expect(await page.getByRole("img", { name: `code ${codes[7]}` }).count()).toBe(1)

  const [first = "", second = ""] = codes
  await waitFor("the poll to take codes", async () => (await castWith(first, "a")).ok)
  const again = await castWith(first, "b")
  expect([again.status, (await again.json()).type]).toEqual([409, "/problems/vote-stands"])
  await waitFor("the second's shard, too", async () => (await castWith(second.toLowerCase(), "b")).ok)
  const wrong = second.replace(/.$/, (last) => (last === "0" ? "1" : "0"))
  expect((await castWith(wrong, "b")).status).toBe(403)
  await waitFor("two codes to be used", async () => {
    await page.goto(`${result.url}/admin/polls/club/codes`)
    return (await page.locator(".figures dd").allTextContents()).join(" ") === "30 2 28"
  })
})

test("a number of codes that is none is told at its field, and makes none", async () => {
  await page.goto(`${result.url}/admin/polls/club/codes`)
  const count = page.locator("#count")
  await count.fill("")
  await count.pressSequentially("5e")
  await page.getByRole("button", { name: "Make codes" }).click()
  expect(await count.evaluate((field: HTMLInputElement) => field.validity.badInput)).toBe(true)
  // A browser that does not validate the field sends it as it is.
  await page.locator("form:has(#count)").evaluate((form: HTMLFormElement) => {
    form.noValidate = true
  })
  await count.fill("0")
  await page.getByRole("button", { name: "Make codes" }).click()
  await page.locator("#count-hint").getByText("Give a number from 1 to 10,000.").waitFor()
  expect([await count.inputValue(), await count.getAttribute("aria-invalid")]).toEqual(["0", "true"])
  expect(await page.locator(".figures dd").first().textContent()).toBe("30")
})

test("every sheet has twelve cards, whole, on A4 and on Letter", async () => {
  await page.goto(`${result.url}/admin/polls/club/codes/print?from=1&count=30`)
  for (const format of ["A4", "Letter"]) {
    const pdf = (await page.pdf({ format, preferCSSPageSize: false })).toString("latin1")
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBe(3)
  }
})

test("the longest words stay on their card, and no card is cut by the end of a page", async () => {
  const id = `${"long-".repeat(12)}name`
  await makePollAt(result.url, { id, eligibility: "code", title: "W".repeat(200) })
  await page.goto(`${result.url}/admin/polls/${id}/codes`)
  await page.locator("#count").fill("13")
  await page.getByRole("button", { name: "Make codes" }).click()
  await page.getByText("Codes 1 to 13 are new.").waitFor()
  const print = await openPrinted(`${result.url}/admin/polls/${id}/codes/print?from=1&count=13`)
  for (const [format, width, height] of [
    ["A4", 210, 297],
    ["Letter", 215.9, 279.4],
  ] as const) {
    await print.setViewportSize({
      width: pixels(width - 2 * MARGIN_MM),
      height: pixels(height - 2 * MARGIN_MM),
    })
    const { sheets, spilled, codes } = await measure(print)
    expect([format, spilled]).toEqual([format, []])
    expect(Math.min(...codes)).toBeGreaterThan(pixels(SCANNED_MM))
    expect(sheets).toHaveLength(2)
    expect(Math.max(...sheets)).toBeLessThanOrEqual(pixels(height - 2 * MARGIN_MM))
  }
  await print.context().close()
})

test("cards that no phone could follow say so before they are printed, and on no card", async () => {
  const page = await openPrinted(`${result.url}/admin/polls/club/codes/print`)
  const hint = page.getByText("Phones can’t reach 127.0.0.1.")
  expect(await hint.count()).toBe(1)
  expect(await hint.isVisible()).toBe(false)
  await page.emulateMedia({ media: "screen" })
  expect(await hint.isVisible()).toBe(true)
  await page.context().close()
})

test("they come as CSV with their addresses, and the same code from the same number", async () => {
  const csv = await (await page.request.get(`${result.url}/admin/polls/club/codes.csv?from=3&count=2`)).text()
  const [head, third] = csv.split("\r\n")
  // Excel takes a file for UTF-8 by its byte order mark.
  expect(head).toBe("\uFEFFnumber,code,url")
  await page.goto(`${result.url}/admin/polls/club/codes/print?from=3&count=1`)
  const code = await page.locator(".code-card .code").textContent()
  expect(third).toBe(`3,${code},${vote.url}/polls/club?code=${code}`)
  const past = await page.request.get(`${result.url}/admin/polls/club/codes.csv?from=31&count=5`)
  expect((await past.text()).trim().split("\r\n")).toHaveLength(2)
})
