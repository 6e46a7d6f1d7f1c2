import { beforeAll, describe, expect, test } from "bun:test"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import type { Page } from "playwright-core"
import { ADMIN, definition, startResultApp } from "../../apps/result/testing/result"
import { addBallots, addVotes } from "../../apps/result/testing/votes"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { expectAccessible, expectNoSideScroll, openPage, type View } from "../harness/pages"
import { useResultPages } from "../harness/result-pages"
import { useStores } from "../harness/stores"
import { startTcpProxy } from "../harness/tcp-proxy"

const stores = useStores()
const pages = useResultPages(stores)

async function openStage(poll: string, view: View & { query?: string; address?: string } = {}) {
  const { browser, result } = pages()
  const { query = "", address = result.address } = view
  const page = await openPage(browser, `${address}/polls/${poll}/stage${query}`, view)
  stores().defer(() => page.context().close())
  await page.locator("#connection.live").waitFor({ state: "attached" })
  return page
}

/** Votes beyond every grouping of digits, and labels of all kinds. */
beforeAll(async () => {
  const option = (label: string, i: number) => ({ id: `o${i}`, label })
  const sentence = "This one says with every one of its eighty characters why it is to be the winner"
  const fifty = Array.from({ length: 50 }, (_, i) => `${i} ${sentence}`.slice(0, 80))
  const words = ["Yes", "Donaudampfschifffahrt".repeat(4).slice(0, 80), "選択肢の名前".repeat(13), sentence]
  const { result, sql } = pages()
  for (const [id, labels] of Object.entries({ billion: fifty, words })) {
    const made = await result.send("POST", "/api/polls", definition(id, { options: labels.map(option) }))
    expect(made.status).toBe(201)
  }
  await addVotes(sql, "billion", "o0", 1_234_567_890 - 56_789)
  await addVotes(sql, "billion", "o7", 56_789)
  await addVotes(sql, "words", "o1", 79_312)
})

type Box = { x: number; y: number; width: number; height: number } | null

/** @throws {Error} where one of the two is not shown */
function overlap(one: Box, other: Box): boolean {
  if (!one || !other) throw new Error("There is no such box on the page.")
  const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x
  return !isBeside && one.y + one.height > other.y && other.y + other.height > one.y
}

/** Describes the layout of a stage and its faults, such as numbers in two lines or text that is cut off. */
function lookOf(page: Page) {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
    const sizeOf = (it: Element) => parseFloat(getComputedStyle(it).fontSize)
    const isCut = (it: HTMLElement) => it.scrollWidth > it.clientWidth + 1
    const lines = (it: HTMLElement) => it.offsetHeight / sizeOf(it)
    const labels = all(".stage-row .label")
    const projector = innerWidth >= 960
    const end = (it: Element) => it.getBoundingClientRect().bottom
    const list = document.querySelector(".stage-bars")
    return {
      wide: scrollWidth,
      high: scrollHeight,
      sizes: [...new Set(labels.map((it) => getComputedStyle(it).fontSize))],
      smallest: Math.min(...labels.map(sizeOf)) / innerHeight,
      faults: [
        ...all(".numbers, .numbers span, .numbers strong, #total, .countdown strong")
          .filter((it) => isCut(it) || lines(it) > 1.6)
          .map((it) => `the number ${it.textContent} is broken`),
        ...labels.filter(isCut).map((it) => `the label ${it.textContent} is cut off`),
        ...(projector ? labels : [])
          .filter((it) => lines(it) > 2.5)
          .map((it) => `the label ${it.textContent} has more than two lines`),
        ...all(".stage-row")
          .filter((it) => projector && list && end(it) > end(list) + 1)
          .map((it) => `the row ${it.textContent} stands below the list`),
      ],
    }
  })
}

/** The layout once the letters are measured, which a busy browser does a little later. */
async function settledLook(page: Page) {
  let look = await lookOf(page)
  await waitFor("letters that fit", async () => {
    look = await lookOf(page)
    return look.faults.length === 0
  }).catch(() => {})
  return look
}

const shares = (page: Page) => page.locator("[data-part=share]").allTextContents()

describe("the stage's keys", () => {
  test("space hides the results and shows them again, while the counter goes on", async () => {
    const page = await openStage("open")
    expect(await shares(page)).toEqual(["62.5%", "37.5%"])
    await page.keyboard.press("Space")
    await page.getByText("The results are covered").waitFor()
    expect(await shares(page)).toEqual([])
    await addVotes(pages().sql, "open", "b", 2)
    await waitFor("ten votes", async () => (await page.locator("#total").textContent()) === "10")
    await page.keyboard.press("Space")
    await waitFor("the shares", async () => (await shares(page)).join() === "50%,50%")
  })

  test("space on a focused button is that button's alone", async () => {
    const page = await openStage("closed")
    await page.getByRole("button", { name: "Hide results" }).focus()
    await page.keyboard.press("Space")
    await page.getByRole("button", { name: "Show results" }).waitFor()
  })

  test("f enters full screen and leaves it, and it survives the move to another poll", async () => {
    const page = await openStage("open")
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null)
    await page.keyboard.press("f")
    await waitFor("full screen", isFull)
    await page.keyboard.press("ArrowRight")
    await waitFor("another poll", () => !page.url().includes("/polls/open/"))
    expect(await isFull()).toBe(true)
    await page.keyboard.press("f")
    await waitFor("the window", async () => !(await isFull()))
  })

  test("f and its button are there where the screen can be filled, by whatever name, and nowhere else", async () => {
    const page = await openStage("final")
    const open = async (lacking: () => void) => {
      const older = await page.context().newPage()
      await older.addInitScript(lacking)
      await older.goto(`${pages().result.address}/polls/final/stage`)
      await older.locator("#connection.live").waitFor({ state: "attached" })
      return older
    }
    const phone = await open(() => {
      for (const name of ["fullscreenEnabled", "webkitFullscreenEnabled"])
        Reflect.deleteProperty(Document.prototype, name)
      Reflect.deleteProperty(Element.prototype, "requestFullscreen")
    })
    await phone.keyboard.press("?")
    await phone.getByRole("dialog").waitFor()
    expect(await phone.getByText("full screen", { exact: false }).count()).toBe(0)
    const safari = await open(() => {
      for (const name of ["fullscreenEnabled", "fullscreenElement", "exitFullscreen"])
        Reflect.deleteProperty(Document.prototype, name)
      Reflect.deleteProperty(Element.prototype, "requestFullscreen")
    })
    const isFull = () => safari.evaluate(() => Reflect.get(document, "webkitFullscreenElement") !== null)
    await safari.getByRole("button", { name: "Full screen" }).click()
    await waitFor("full screen", isFull)
    await safari.getByRole("button", { name: "Full screen" }).click()
    await waitFor("the window", async () => !(await isFull()))
  })

  test("the arrows go through the public list and back, live at each poll", async () => {
    const { polls } = await (await pages().result.get("/api/polls")).json()
    const ids: string[] = polls.map(({ id }: { id: string }) => id)
    const page = await openStage("closes")
    const at = ids.indexOf("closes")
    const isAt = (i: number) => {
      const poll = ids.at(i % ids.length)
      return waitFor(`the poll ${poll}`, () => page.url().endsWith(`/polls/${poll}/stage`))
    }
    await page.keyboard.press("ArrowRight")
    await isAt(at + 1)
    await page.keyboard.press("ArrowLeft")
    await isAt(at)
    await page.locator("h1", { hasText: "The poll closes" }).waitFor()
    await addVotes(pages().sql, "closes", "b", 4)
    await waitFor("five votes", async () => (await page.locator("#total").textContent()) === "5")
  })

  test.each(["b", "B", ".", "Escape"])(
    "%s hides the results and shows them, as remote presenters ask",
    async (key) => {
      const page = await openStage("final")
      const covered = page.getByText("The results are covered")
      await page.keyboard.press(key)
      await covered.waitFor()
      await page.keyboard.press(key)
      await covered.waitFor({ state: "detached" })
    },
  )

  test("the page keys of a remote presenter go through the list, too", async () => {
    const page = await openStage("closes")
    await page.keyboard.press("PageDown")
    await waitFor("another poll", () => !page.url().endsWith("/polls/closes/stage"))
    await page.locator("h1", { hasNotText: "The poll closes" }).waitFor()
    await page.keyboard.press("PageUp")
    await waitFor("the first poll", () => page.url().endsWith("/polls/closes/stage"))
  })

  test("? shows the keys and closes them as Esc does, and meanwhile they do nothing else", async () => {
    const page = await openStage("final")
    const dialog = page.getByRole("dialog", { name: "Keys" })
    const closed = () => page.getByRole("dialog").waitFor({ state: "hidden" })
    await page.keyboard.press("?")
    await dialog.waitFor()
    await expectAccessible(page)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("b")
    await page.keyboard.press("Escape")
    await closed()
    await page.keyboard.press("?")
    await dialog.waitFor()
    await page.keyboard.press("?")
    await closed()
    await page.keyboard.press("?")
    await dialog.waitFor()
    await page.keyboard.press("Space")
    await closed()
    expect(page.url()).toEndWith("/polls/final/stage")
    expect(await page.getByText("The results are covered").count()).toBe(0)
    await page.keyboard.press("Space")
    await page.getByText("The results are covered").waitFor()
  })
})

describe("the stage", () => {
  test("comes back by itself after an hour without a connection", async () => {
    const balancer = await startTcpProxy(stores(), pages().result.address)
    const page = await openStage("scheduled", { address: balancer.url })
    await page.clock.install()
    balancer.leadTo(null)
    balancer.cut()
    await waitFor("the age of the results", async () => {
      await page.clock.fastForward(60_000)
      return page.getByText("Reconnecting…").isVisible()
    })
    for (let minute = 0; minute < 60; minute += 10) await page.clock.fastForward("10:00")
    await page.locator("#connection", { hasText: /^Results from .*\. Reconnecting…$/ }).waitFor()
    await addVotes(pages().sql, "scheduled", "a", 1)
    balancer.leadTo(pages().result.address)
    await waitFor("the vote of meanwhile", async () => {
      await page.clock.fastForward(15_000)
      return page.locator("#total", { hasText: /^1$/ }).isVisible()
    })
    await becomes(() => page.locator("#connection").textContent(), "")
  }, 60_000)

  test("fills every screen with big letters of one size and nothing cut off", async () => {
    for (const poll of ["open", "final", "billion", "words"]) {
      const page = await openStage(poll)
      for (const [width, height] of [
        [1_920, 1_080],
        [1_280, 720],
        [1_024, 768],
      ] as const) {
        await page.setViewportSize({ width, height })
        const look = await settledLook(page)
        const sizes = [expect.any(String)]
        const fits = { wide: width, high: height, faults: [], sizes, smallest: expect.any(Number) }
        expect({ poll, ...look }).toEqual({ poll, ...fits })
        // What fits depends on the system's font: in one of a fixed width all letters are wide.
        expect(look.smallest).toBeGreaterThan(0.015)
      }
      await page.context().close()
    }
  })

  test("writes a billion votes in one line in every language, on projector and phone", async () => {
    const page = await openStage("billion")
    for (const language of LANGUAGES) {
      await page.goto(`${pages().result.address}/polls/billion/stage?lang=${language}`)
      const total = (await page.locator("#total").textContent()) ?? ""
      expect(total.replace(/\D/g, "")).toBe("1234567890")
      for (const width of [1_024, 320]) {
        await page.setViewportSize({ width, height: 768 })
        expect((await settledLook(page)).faults).toEqual([])
        await expectNoSideScroll(page)
      }
    }
  })

  test("warns that phones can't reach an address of this machine alone, and of no other", async () => {
    const warning = "Phones can’t reach localhost."
    expect(await (await openStage("open")).getByText(warning).isVisible()).toBe(true)
    expect(await (await openStage("final")).getByText(warning).count()).toBe(0)
    const elsewhere = await startResultApp(stores(), { voteUrl: "https://vote.example" })
    const page = await openStage("open", { address: elsewhere.address })
    expect(await page.locator(".stage-scan .link").textContent()).toBe("vote.example/open")
    expect(await page.getByText(warning).count()).toBe(0)
  })

  test("names each key in one line, on phone and projector", async () => {
    const page = await openStage("open")
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keys" }).waitFor()
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 720 })
      const heights = await page.locator(".keys kbd").evaluateAll((all) => all.map((it) => it.clientHeight))
      expect(heights.length).toBeGreaterThan(8)
      expect(Math.max(...heights)).toBeLessThan(40)
    }
  })

  test("keeps the countdown clear of what is below it, and on one line", async () => {
    const page = await openStage("closes")
    for (const [width, height] of [
      [768, 1_024],
      [1_280, 720],
      [1_280, 800],
      [1_920, 1_080],
    ] as const) {
      await page.setViewportSize({ width, height })
      expect((await settledLook(page)).faults).toEqual([])
      const countdown = await page.locator(".countdown strong").boundingBox()
      const foot = await page.locator(".stage-buttons").boundingBox()
      expect((countdown?.y ?? 0) + (countdown?.height ?? 9_999)).toBeLessThan(foot?.y ?? 0)
      const size = await page
        .locator(".countdown strong")
        .evaluate((it) => parseFloat(getComputedStyle(it).fontSize))
      expect(countdown?.height).toBeLessThan(1.5 * size)
    }
  })

  test("says what a full bar stands for where it is the leader", async () => {
    expect(await (await openStage("many")).locator("#scale").textContent()).toBe("A full bar: 4%")
    expect(await (await openStage("open")).locator("#scale").count()).toBe(0)
  })

  test("shows eight motions with a row each: what it is, its bar, and in words what it has, needs and became", async () => {
    const { result, sql } = pages()
    const options = Array.from({ length: 8 }, (_, i) => ({
      id: `m${i}`,
      label: `Motion ${i} on repairs of the clubhouse`,
    }))
    const decision = { rule: "majority", majority: "two-thirds", base: "eligible", eligible: 12 }
    await result.send(
      "POST",
      "/api/polls",
      definition("agenda", { options, ballot: { method: "decide" }, decision }),
    )
    const answers = Object.fromEntries(
      options.map(({ id }, i) => [id, i < 4 ? ("yes" as const) : ("no" as const)]),
    )
    await addBallots(sql, "agenda", { answers }, 9)
    await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'agenda'`
    const page = await openStage("agenda", { width: 1280, height: 720 })
    await page.locator(".mark").last().waitFor()
    const rows = await page.locator(".stage-row").evaluateAll((all) =>
      all.map((row) => {
        const of = (part: string) => row.querySelector(part)?.getBoundingClientRect() ?? new DOMRect()
        const [label, bar, numbers] = [of(".label"), of(".bar"), of(".numbers")]
        const middle = bar.top + bar.height / 2
        const isBeside = [label, numbers].every(({ top, bottom }) => top < middle && middle < bottom)
        const isOrdered = label.right <= bar.left && bar.right <= numbers.left
        const fits = row.scrollWidth <= row.clientWidth && row.getBoundingClientRect().bottom <= innerHeight
        const part = parseFloat(getComputedStyle(row).fontSize) / innerHeight
        return {
          isBeside,
          isOrdered,
          fits,
          isReadable: part > 0.025,
          says: row.querySelector(".numbers")?.textContent,
        }
      }),
    )
    const says = (yes: number, no: number, verdict: string) =>
      `Yes ${yes} ${verdict} No ${no} · Abstain 0 · 8 yes are needed`
    expect(rows).toEqual(
      options.map((_, i) => ({
        ...{ isBeside: true, isOrdered: true, fits: true, isReadable: true },
        says: i < 4 ? says(9, 0, "Carried") : says(0, 9, "Not carried"),
      })),
    )
    await page.locator("#outcome", { hasText: "Carried: 4 · Not carried: 4" }).waitFor()
    await page.context().close()
  })

  test("tells first how many of many motions are carried, and so do the results, where each stands below", async () => {
    const { browser, result } = pages()
    const page = await openPage(browser, `${result.address}/polls/agenda`, { width: 390 })
    const counts = page.locator("#outcome summary", { hasText: "Carried: 4 · Not carried: 4" })
    const last = page.locator("#outcome li").last()
    await counts.waitFor()
    expect(await last.isVisible()).toBe(false)
    await counts.click()
    await last
      .getByText("Not carried: 0 of 12 eligible voters voted for it, two thirds (8) were needed.")
      .waitFor()
    await expectAccessible(page)
    await expectNoSideScroll(page)
    await page.context().close()
  })

  test("marks one motion of two as carried beside its label, where it covers nothing of the bar", async () => {
    const { result, sql } = pages()
    const options = ["Raise the fee to 20", "Repair the roof of the clubhouse this year"].map((label, i) => ({
      id: `m${i}`,
      label,
    }))
    const made = definition("pair", {
      ...{ options, ballot: { method: "decide" } },
      decision: { rule: "majority", majority: "two-thirds", base: "eligible", eligible: 40 },
    })
    expect((await result.send("POST", "/api/polls", made)).status).toBe(201)
    await addBallots(sql, "pair", { answers: { m0: "yes", m1: "no" } }, 28)
    await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'pair'`
    for (const view of [{ width: 1280, height: 720 }, { width: 390 }]) {
      const page = await openStage("pair", view)
      await page.locator(".mark").waitFor()
      const at = (part: string) => page.locator(`[data-option=m0] ${part}`).boundingBox()
      const [mark, bar, numbers] = [await at(".mark"), await at(".bar"), await at(".numbers")]
      expect([overlap(mark, bar), overlap(mark, numbers)]).toEqual([false, false])
      expect((await settledLook(page)).faults).toEqual([])
    }
  })

  test("shows a motion that is alone with all the width for its bar, and below it in words what became of it", async () => {
    const { result, sql } = pages()
    const options = [{ id: "fee", label: "Raise the yearly fee from 15 to 20 euros" }]
    const decision = { rule: "majority", majority: "two-thirds" }
    await result.send(
      "POST",
      "/api/polls",
      definition("fee", { options, ballot: { method: "decide" }, decision }),
    )
    await addBallots(sql, "fee", { answers: { fee: "yes" } }, 6)
    await addBallots(sql, "fee", { answers: { fee: "no" } }, 3)
    await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'fee'`
    const page = await openStage("fee", { width: 1280, height: 720 })
    await page.locator(".mark").waitFor()
    expect(await page.locator(".numbers").textContent()).toBe(
      "Yes 6 Carried No 3 · Abstain 0 · 6 yes are needed",
    )
    expect(await page.locator("#outcome").textContent()).toBe(
      "Carried: 6 of 9 valid votes, two thirds (6) were needed. ",
    )
    const room = (part: string) => page.locator(part).boundingBox()
    const [list, bar, mark] = await Promise.all([".stage-bars", ".stage-row .bar", ".mark"].map(room))
    expect(bar?.width).toBe(list?.width ?? 0)
    expect(mark?.y).toBeGreaterThan((bar?.y ?? 0) + (bar?.height ?? 0))
    await expectAccessible(page)
  })

  test("is dark unless it is told to be light", async () => {
    const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await openStage("open")
    const light = await openStage("open", { query: "?theme=light", dark: true })
    expect([await paper(dark), await paper(light)]).toEqual(["rgb(12, 19, 34)", "rgb(246, 241, 231)"])
  })

  test.each([
    ["sealed", "Results when voting is over"],
    ["voters", "Vote to see the results"],
    ["closes", "Closes in"],
    ["tied", "Tied"],
    ["nobody", "Final result"],
    ["many", "and 38 more options"],
  ])(
    "says how it is about the poll %s, accessible on phone and projector",
    async (poll, says) => {
      const page = await openStage(poll, { width: 360 })
      await page.getByText(says).first().waitFor()
      await expectNoSideScroll(page)
      await expectAccessible(page)
      await page.setViewportSize({ width: 1280, height: 720 })
      await expectAccessible(page)
    },
    30_000,
  )

  test("never shows a hall what only admins may see", async () => {
    const { browser, result } = pages()
    const context = await browser.newContext({ extraHTTPHeaders: ADMIN })
    stores().defer(() => context.close())
    const page = await context.newPage()
    await page.goto(`${result.address}/polls/sealed/stage`)
    await page.locator("#connection.live").waitFor({ state: "attached" })
    expect(await page.locator("#total").count()).toBe(0)
    expect(await shares(page)).toEqual([])
  })
})
