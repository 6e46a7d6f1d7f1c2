/** Ballots of fifty options on a small phone: by touch, with enlarged text, and as a screen reader is told of them. */

import { expect, test } from "bun:test"
import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import type { Page } from "playwright-core"
import { examplePoll } from "../../apps/vote/testing/vote"
import { useBallotBrowser } from "../harness/ballot-browser"
import { becomes } from "../harness/becomes"
import { castButton, chosenOn, openLive, saidOfChoice, tap } from "../harness/choices"
import { expectAccessible, expectNoSideScroll } from "../harness/pages"

const PHONE = { width: 360, height: 640 }
const LONG = "Hans-Joachim Müller-Lüdenscheidt"
const options = Array.from({ length: 50 }, (_, i) => ({
  id: `o${i + 1}`,
  label: i % 10 === 7 ? `${LONG} ${i + 1}` : `Option ${i + 1}`,
}))
const METHODS = {
  several: { method: "choose", max: 20 },
  ranked: { method: "rank" },
  rated: { method: "rate", highest: 10 },
  motions: { method: "decide", abstain: true },
}
const CITIES = ["Memphis", "Nashville", "Chattanooga", "Knoxville"].map((label, i) => ({
  id: `c${i}`,
  label,
}))
const FEW = { cities: { method: "rank" }, trips: { method: "choose", max: 2 } }
const used = useBallotBrowser(
  Object.entries({ ...METHODS, ...FEW }).map(([id, ballot], i) =>
    examplePoll({
      ...{ number: i + 1, id, isDefault: i === 0, policy: "changeable", confirm: false },
      options: id in FEW ? CITIES : options,
      ballot: ballotMethodSchema.parse(ballot),
    }),
  ),
)

const openPhone = (poll: string, view: object = PHONE) =>
  openLive(used().browser, `${used().fixture.url}/polls/${poll}`, view)
const orderOn = (page: Page) => page.locator(".order .label").allTextContents()

/** Ranks the first options of the ballot. */
async function rank(page: Page, count: number): Promise<string[]> {
  const labels = options.slice(0, count).map(({ label }) => label)
  await page.locator("button.option").evaluateAll(async (buttons, count) => {
    for (const button of buttons.slice(0, count)) {
      const { promise: next, resolve } = Promise.withResolvers<void>()
      ;(button as HTMLElement).click()
      setTimeout(resolve)
      await next
    }
  }, count)
  await becomes(() => orderOn(page), labels)
  return labels
}

/** A finger, as Chromium has it from a touch screen. */
async function finger(page: Page) {
  const session = await page.context().newCDPSession(page)
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true })
  const send = (type: "touchStart" | "touchMove" | "touchEnd", ...points: { x: number; y: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points })
  return {
    press: (x: number, y: number) => send("touchStart", { x, y }),
    move: (x: number, y: number) => send("touchMove", { x, y }),
    lift: () => send("touchEnd"),
  }
}

async function handleOf(page: Page, label: string) {
  const handle = page.getByTitle(`Drag ${label}`, { exact: true })
  const box = await handle.boundingBox()
  if (!box) throw new Error(`${label} has no handle`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Runs in the page, with its frames: whoever asks more often holds them up. */
const isAt = ({ css, label }: { css: string; label: string }) =>
  document.querySelector(`${css} .label`)?.textContent === label

test("a finger that drags an option to the edge and holds there brings it to the other end of a long order", async () => {
  const page = await openPhone("ranked")
  const labels = await rank(page, 30)
  await page.getByRole("button", { name: "Your order" }).click()
  await page.locator("h2:focus").waitFor()
  const touch = await finger(page)
  const { x, y } = await handleOf(page, "Option 2")
  await touch.press(x, y)
  await touch.move(x, y + 20)
  await touch.move(x, 600)
  // The finger holds still, and the page goes on scrolling.
  await page.waitForFunction(isAt, { css: ".order li:last-child", label: "Option 2" })
  await touch.move(x, 10)
  await page.waitForFunction(isAt, { css: ".order li:first-child", label: "Option 2" })
  await touch.lift()
  expect(await orderOn(page)).toEqual(["Option 2", "Option 1", ...labels.slice(2)])
  expect(await page.locator(".dragged").count()).toBe(0)
  const scrolled = await page.evaluate(() => scrollY)
  await becomes(() => page.evaluate(() => scrollY), scrolled)
  await page.context().close()
})

test("an option that is dragged over a higher one stays behind it, wherever in it the finger is", async () => {
  const page = await openPhone("ranked")
  await rank(page, 9)
  await page
    .locator(".order li")
    .nth(6)
    .evaluate((item) => item.scrollIntoView({ block: "center" }))
  const touch = await finger(page)
  const from = await handleOf(page, "Option 7")
  const orders = new Set<string>()
  await touch.press(from.x, from.y)
  for (let y = from.y; y < from.y + 90; y += 3) {
    await touch.move(from.x, y)
    orders.add((await orderOn(page)).slice(6).join())
  }
  await touch.lift()
  // It passed the higher one once, and did not come back.
  expect([...orders][0]).toStartWith("Option 7,Hans-Joachim")
  expect([...orders].filter((order) => order.startsWith("Option 7"))).toHaveLength(1)
  expect((await orderOn(page)).slice(6, 8)).toEqual([`${LONG} 8`, "Option 7"])
  await page.context().close()
})

test("the number of a place moves an option over many others, is announced, and keeps the focus", async () => {
  const page = await openPhone("ranked")
  await rank(page, 30)
  const field = page.getByRole("textbox", { name: "Place of Option 30", exact: true })
  await field.fill("3")
  await field.press("Enter")
  await becomes(async () => (await orderOn(page))[2], "Option 30")
  await page.getByRole("status").filter({ hasText: "Option 30: place 3 of 30." }).waitFor()
  await page.locator("#place-o30:focus").waitFor()
  expect(await field.inputValue()).toBe("3")
  // The page is rendered anew each second, and what is being typed stays.
  await field.fill("7")
  for (let news = 0; news < 2; news++) await page.waitForResponse(/\/(now|tally)/)
  expect(await field.inputValue()).toBe("7")
  for (const [typed, place] of [
    ["x", 3],
    ["99", 30],
    ["0", 1],
  ] as const) {
    await field.fill(typed)
    await field.blur()
    await becomes(() => field.inputValue(), `${place}`)
    expect((await orderOn(page))[place - 1]).toBe("Option 30")
  }
  await expectAccessible(page)
  await castButton(page).click()
  await page.getByRole("heading", { name: "Your vote is in" }).waitFor()
  expect((await chosenOn(page)).slice(0, 2)).toEqual(["Option 30", "Option 1"])
  await page.context().close()
})

test("screen readers are told how much of a long ballot is filled in", async () => {
  for (const [poll, press, said] of [
    ["several", (page: Page) => tap(page, "Option 9"), "1 of 20 chosen"],
    [
      "rated",
      (page: Page) => page.getByRole("radio", { name: "7" }).nth(8).check({ force: true }),
      "1 of 50 rated",
    ],
    [
      "motions",
      (page: Page) => page.getByRole("radio", { name: "No" }).nth(8).check({ force: true }),
      "1 of 50 answered",
    ],
  ] as const) {
    const page = await openPhone(poll)
    await press(page)
    await becomes(() => saidOfChoice(page), said)
    await page.context().close()
  }
})

async function doubleText(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%"
  })
  await expectNoSideScroll(page)
}

/** How wide labels are, in letters' sizes. */
function widthsOf(page: Page, labels: string): Promise<number[]> {
  return page
    .locator(labels)
    .evaluateAll((found) =>
      found.map(
        (label) => label.getBoundingClientRect().width / Number.parseFloat(getComputedStyle(label).fontSize),
      ),
    )
}

test.each(Object.keys(METHODS))(
  "with text twice as large, no label of fifty options at %s is broken into letters",
  async (poll) => {
    const page = await openPhone(poll)
    if (poll === "ranked") await rank(page, 9)
    await doubleText(page)
    for (const ems of await widthsOf(page, ".option .label, .order .label")) expect(ems).toBeGreaterThan(2.5)
    await page.context().close()
  },
)

test.each(Object.keys(FEW))(
  "with text twice as large, the names of four cities at %s have lines of their own",
  async (poll) => {
    const page = await openPhone(poll)
    await doubleText(page)
    for (const ems of await widthsOf(page, ".options .label")) expect(ems).toBeGreaterThan(4)
    await page.context().close()
  },
)

test.each(Object.keys(METHODS))(
  "on a phone held sideways most of the ballot at %s is in sight",
  async (poll) => {
    const page = await openPhone(poll, { width: 640, height: 360 })
    if (poll === "ranked") await rank(page, 9)
    const bar = await page.locator(".cast").evaluate((it) => it.getBoundingClientRect().toJSON())
    expect(bar.height).toBeLessThan(360 / 3)
    await expectNoSideScroll(page)
    await page.context().close()
  },
)
