import { describe, expect, test } from "bun:test"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import type { Page } from "playwright-core"
import { resultsMessages } from "../../apps/result/results/results-messages"
import { startResultApp, TOKEN } from "../../apps/result/testing/result"
import { addVotes, receiptOf } from "../../apps/result/testing/votes"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { live, text, total, useOpenedResults } from "../harness/opened-results"
import { expectAccessible, expectNoSideScroll, openPage, type View } from "../harness/pages"
import { useStores } from "../harness/stores"
import { translatePage } from "../harness/translator"

const stores = useStores()
const { pages, open, newPoll } = useOpenedResults(stores)

const labels = (page: Page) => page.locator(".bars [data-part=label]").allInnerTexts()

describe("the result page while people vote", () => {
  test("moves bars, numbers, total and table without a reload, and draws the chart", async () => {
    await newPoll("moving")
    const page = await open("/polls/moving")
    const errors: string[] = []
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
    await live(page)
    expect(await text(page, "#total")).toBe("No votes yet")
    await addVotes(pages().sql, "moving", "a", 3)
    await total(page, "3 votes")
    await addVotes(pages().sql, "moving", "b", 1)
    await total(page, "4 votes")
    await becomes(() => text(page, "[data-option=a] .numbers"), "3 75%")
    await becomes(() => page.locator("[data-option=b] [data-part=bar]").getAttribute("width"), "25.00%")
    await page.getByText("All numbers in a table").click()
    expect(await page.locator("tbody tr").allInnerTexts()).toEqual(["Cats\t3\t75%", "Dogs\t1\t25%"])
    await page.locator(".plot canvas").waitFor()
    expect(errors).toEqual([])
  })

  test("gives a title and a label in Arabic their own direction, in sentences too", async () => {
    const options = [
      { id: "a", label: "بيتزا (كبيرة)" },
      { id: "b", label: "Pizza (large)" },
    ]
    await newPoll("arabic", { title: "ماذا نأكل؟ (2)", options })
    await addVotes(pages().sql, "arabic", "a", 2)
    await pages()
      .sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'arabic'`
    const page = await open("/polls/arabic", { width: 390 })
    await page.locator("#winner").waitFor()
    const directionOf = (it: Element) => getComputedStyle(it).direction
    for (const selector of ["#title", "[data-option=a] [data-part=label]", "tbody tr:first-child bdi"])
      expect([selector, await page.locator(selector).evaluate(directionOf)]).toEqual([selector, "rtl"])
    expect(await page.locator("[data-option=b] [data-part=label]").evaluate(directionOf)).toBe("ltr")
    expect(await text(page, "#winner")).toBe("\u2068بيتزا (كبيرة)\u2069 wins")
    expect(await page.title()).toStartWith("\u2068ماذا نأكل؟ (2)\u2069 – ")
    if (process.env.PICTURES)
      await page.screenshot({ path: `${process.env.PICTURES}/arabic.png`, fullPage: true })
    await page.goto(`${pages().result.address}/polls/arabic/stage`)
    for (const selector of ["#title", "[data-option=a] [data-part=label]"])
      expect([selector, await page.locator(selector).evaluate(directionOf)]).toEqual([selector, "rtl"])
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/arabic-stage.png` })
  })

  test("leads to the place where a receipt is entered, which works without scripts", async () => {
    const page = await open("/polls/open", { javaScript: false, width: 390 })
    await page.getByRole("link", { name: "Enter a receipt" }).click()
    const field = page.getByLabel("Your receipt, or its address")
    await field.fill("nothing")
    await page.getByRole("button", { name: "Look it up" }).click()
    await page.getByText("This is no receipt of a poll here").waitFor()
    if (process.env.PICTURES)
      await page.screenshot({ path: `${process.env.PICTURES}/receipts.png`, fullPage: true })
    await field.fill(await receiptOf(pages().sql, "closed", 1_000))
    await page.getByRole("button", { name: "Look it up" }).click()
    await page.getByRole("heading", { name: "Your ballot" }).waitFor()
    expect(await page.locator("main").textContent()).toContain("The poll closed")
    await expectAccessible(await open("/receipts"))
  })

  test("says by itself that the poll was deleted", async () => {
    await newPoll("taken-away")
    const page = await open("/polls/taken-away")
    await live(page)
    await pages().result.send("DELETE", "/api/polls/taken-away?confirm=taken-away")
    // Removes the poll as the worker does in the end.
    await pages().sql`WITH gone AS (DELETE FROM polls WHERE id = 'taken-away' RETURNING number, id)
      INSERT INTO deleted_polls (number, id) SELECT number, id FROM gone`
    await page.getByText("This poll is not here any more").waitFor()
    await expectAccessible(page)
  })

  test("says the standing to screen readers, at most every 10 s", async () => {
    await newPoll("spoken")
    const page = await open("/polls/spoken")
    await live(page)
    expect(await page.locator("#announcement").textContent()).toBe("")
    await addVotes(pages().sql, "spoken", "a", 1)
    const said = async () => (await page.locator("#announcement").textContent()) ?? ""
    await waitFor("an announcement", async () => (await said()) !== "", 3_000)
    expect(await said()).toBe("1 vote. Cats leads with 100%.")
    await addVotes(pages().sql, "spoken", "b", 1)
    await total(page, "2 votes")
    expect(await said()).toBe("1 vote. Cats leads with 100%.")
    await waitFor("the next announcement", async () => (await said()).startsWith("2 votes."), 12_000)
    expect(await said()).toBe("2 votes. Cats and Dogs are level with 50%.")
  }, 60_000)

  test("can be ordered by votes from the keyboard; equal options stay as on the ballot", async () => {
    const options = ["a", "b", "c", "d"].map((id) => ({ id, label: id.toUpperCase() }))
    await newPoll("ordered", { options })
    for (const [option, votes] of Object.entries({ b: 2, c: 5, d: 2 }))
      await addVotes(pages().sql, "ordered", option, votes)
    const page = await open("/polls/ordered")
    await live(page)
    expect(await labels(page)).toEqual(["A", "B", "C", "D"])
    await page.getByText("Most votes first").focus()
    await page.keyboard.press("Enter")
    await waitFor("the order", async () => (await labels(page)).join("") === "CBDA")
    await page.waitForURL(/\?order=votes$/)
    await addVotes(pages().sql, "ordered", "a", 9)
    await waitFor("the new order", async () => (await labels(page)).join("") === "ACBD")
  })

  test("becomes final with its winner, and stops inviting to vote", async () => {
    await newPoll("ending")
    await addVotes(pages().sql, "ending", "b", 2)
    const page = await open("/polls/ending")
    await live(page)
    expect(await page.locator(".scan .qr").isVisible()).toBe(true)
    await pages()
      .sql`UPDATE polls SET state = 'final', revision = revision + 1, final_at = now() WHERE id = 'ending'`
    await page.locator("#winner").getByText("Dogs wins").waitFor()
    // Screen readers are told, too, that nobody leads any more.
    await page.locator("#announcement").getByText("2 votes. Dogs wins").waitFor()
    expect(await text(page, "#phase")).toStartWith("Final since")
    expect(await text(page, "[data-option=b] .mark")).toBe("Winner")
    expect(await page.locator(".scan .qr").isVisible()).toBe(false)
  })

  test("opens by itself when its time has come", async () => {
    await newPoll("soon", { opensAt: new Date(Date.now() + 3_600_000) })
    const page = await open("/polls/soon")
    expect(await text(page, "#phase")).toContain("Voting opens on")
    await live(page)
    // However long a busy machine took for that page, the opening time comes only now.
    await pages()
      .sql`UPDATE polls SET opens_at = now() + interval '2 s', revision = revision + 1 WHERE id = 'soon'`
    await page.getByText("Voting is open").waitFor({ timeout: 10_000 })
  })
})

describe("the result page while it is open", () => {
  test("goes on when a browser translates it: numbers, phase and winner move, and nothing of the old stays", async () => {
    await newPoll("translated")
    const [page, stage, frame] = [
      await open("/polls/translated"),
      await open("/polls/translated/stage"),
      await open("/embed/translated"),
    ]
    for (const it of [page, stage, frame]) {
      await it.locator("#connection.live").waitFor({ state: "attached" })
      await translatePage(it)
    }
    await addVotes(pages().sql, "translated", "a", 8)
    await addVotes(pages().sql, "translated", "b", 5)
    for (const it of [page, frame]) {
      await total(it, "13 votes")
      await it.locator("[data-option=a] .numbers", { hasText: "8 61.5%" }).waitFor()
      await it.locator("[data-option=b] .numbers", { hasText: "5 38.5%" }).waitFor()
    }
    await stage.locator("#total", { hasText: /^13$/ }).waitFor()
    await stage.locator("[data-option=b] .numbers", { hasText: "38.5% 5" }).waitFor()
    await pages()
      .sql`UPDATE polls SET state = 'final', revision = revision + 1, final_at = now() WHERE id = 'translated'`
    for (const it of [page, frame]) {
      await it.locator("#phase", { hasText: "Final since" }).waitFor()
      await it.locator("#winner", { hasText: "Cats" }).waitFor()
      const words = (await it.locator("main").textContent()) ?? ""
      for (const old of ["Voting is open", "Vote now", "No votes yet"]) expect(words).not.toContain(old)
    }
    await stage.locator(".stage-phase", { hasText: "Final result" }).waitFor()
    expect(await stage.locator("main").textContent()).not.toContain("Scan to vote")
  })

  test("says that its poll is gone once it was taken back, as do stage and frame, and shows it again if it comes back", async () => {
    await newPoll("leaving")
    const opened = [
      await open("/polls/leaving"),
      await open("/polls/leaving/stage"),
      await open("/embed/leaving"),
    ]
    for (const it of opened) await it.locator("#connection.live").waitFor({ state: "attached" })
    await pages().sql`UPDATE polls SET state = 'draft', revision = revision + 1 WHERE id = 'leaving'`
    for (const it of opened) {
      await it.getByText("This poll is not here any more").waitFor()
      expect(await it.locator("#total, [data-option], .qr:visible").count()).toBe(0)
      await expectAccessible(it)
    }
    await pages().sql`UPDATE polls SET state = 'open', revision = revision + 1 WHERE id = 'leaving'`
    for (const it of opened) await it.locator("[data-option=a]").first().waitFor()
  })
})

describe("a phone that slept", () => {
  test("sees that its connection is dead as soon as it wakes, and counts down by the server's clock", async () => {
    await newPoll("slept", { closesAt: new Date(Date.now() + 3_600_000) })
    const page = await open("/receipts")
    let connections = 0
    let asleep = false
    await page.routeWebSocket(/\/live/, (toPage) => {
      const first = ++connections === 1
      toPage.connectToServer().onMessage((message) => {
        if (!first || !asleep) toPage.send(message)
      })
    })
    await page.clock.install({ time: Date.now() - 86_400_000 })
    await page.goto(`${pages().result.address}/polls/slept`)
    await live(page)
    asleep = true
    await addVotes(pages().sql, "slept", "a", 1)
    // The device's clock was slow, too, and the network set it.
    await page.clock.setSystemTime(Date.now())
    await total(page, "1 vote")
    await page.locator("#phase .countdown", { hasText: /Closes in (1 hr|\d\d min)/ }).waitFor()
  })
})

describe("a page that hears nothing any more", () => {
  test("takes the connection for lost, and says from when its numbers are", async () => {
    await newPoll("silent")
    const page = await open("/receipts")
    const asked: string[] = []
    await page.routeWebSocket(/\/live/, (toPage) => {
      if (asked.push(toPage.url()) > 1) void toPage.close()
      else toPage.connectToServer()
    })
    await page.route("**/snapshot*", (route) => route.abort())
    await page.clock.install({ time: new Date("2026-05-04T12:00:00+02:00") })
    await page.goto(`${pages().result.address}/polls/silent`)
    await live(page)
    await page.clock.fastForward("07:00")
    await page.locator("#connection.reconnecting").waitFor()
    await page.clock.fastForward(5_000)
    await page.getByText("Not connected. Showing results from 12:00 PM; trying again…").waitFor()
    // Whichever replica answers, it is asked for nothing older than what the page shows.
    const { version, number } = await (await pages().result.get("/api/polls/silent/results")).json()
    expect(asked.at(-1)).toEndWith(`/live?poll=silent&then=numbers&after=${version}&number=${number}`)
  })
})

describe("a page whose network lets no WebSocket through", () => {
  test("follows the poll over HTTP, with counts as far as it may see them, and goes back to a WebSocket", async () => {
    await newPoll("no-sockets")
    await newPoll("no-sockets-secret", { results: "after-close" })
    const page = await open("/receipts")
    let isOpen = false
    await page.routeWebSocket(/\/live/, (toPage) => {
      if (isOpen) toPage.connectToServer()
      else void toPage.close()
    })
    await page.clock.install()
    await page.goto(`${pages().result.address}/polls/no-sockets`)
    await page.clock.fastForward(4_000)
    await live(page)
    await addVotes(pages().sql, "no-sockets", "a", 3)
    await page.clock.fastForward(3_000)
    await total(page, "3 votes")
    const asked: string[] = []
    page.on("request", (request) => request.url().includes("/snapshot") && asked.push(request.url()))
    isOpen = true
    await page.clock.fastForward(20_000)
    await addVotes(pages().sql, "no-sockets", "b", 1)
    await total(page, "4 votes")
    const before = asked.length
    await page.clock.fastForward(20_000)
    await addVotes(pages().sql, "no-sockets", "b", 1)
    await total(page, "5 votes")
    expect(asked.length).toBe(before)

    isOpen = false
    await page.goto(`${pages().result.address}/polls/no-sockets-secret`)
    await page.clock.fastForward(4_000)
    await live(page)
    await addVotes(pages().sql, "no-sockets-secret", "a", 2)
    await pages().result.send("PATCH", "/api/polls/no-sockets-secret", { state: "closed" })
    await page.clock.fastForward(3_000)
    await total(page, "2 votes")
    await pages().result.send("PATCH", "/api/polls/no-sockets-secret", { state: "open" })
    await page.clock.fastForward(3_000)
    await total(page, "Sealed until the end")
  })
})

describe("on a phone", () => {
  test("the way to the ballot comes first, in sight without scrolling", async () => {
    const page = await open("/polls/many", { width: 390 })
    await page.setViewportSize({ width: 390, height: 844 })
    const button = await page.getByRole("link", { name: "Vote now" }).boundingBox()
    expect((button?.y ?? 999) + (button?.height ?? 0)).toBeLessThan(844)
    const bars = await page.locator(".bars").boundingBox()
    expect(button?.y).toBeLessThan(bars?.y ?? 0)
    expect(await (await open("/polls/final")).getByRole("link", { name: "Vote now" }).count()).toBe(0)
  })

  test("text of twice the size, or 305 px of room, leaves labels their width and numbers whole", async () => {
    for (const path of ["/polls/many", "/polls/closes", "/polls/final", "/embed/many", "/polls/many/stage"]) {
      const page = await open(path, { width: 390 })
      for (const [width, rem] of [
        [390, 32],
        [305, 16],
      ] as const) {
        await page.setViewportSize({ width, height: 844 })
        await page.evaluate((size) => {
          document.documentElement.style.fontSize = `${size}px`
        }, rem)
        await expectNoSideScroll(page)
        const narrow = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>("[data-option]")].flatMap((row) => {
            const [label, votes] = [
              row.querySelector("[data-part=label]"),
              row.querySelector("[data-part=votes]"),
            ]
            if (!label || !votes) return []
            const lines = label.getClientRects().length
            const size = parseFloat(getComputedStyle(label).fontSize)
            const letters = (label.textContent ?? "").length / lines
            return letters * size * 0.4 < row.clientWidth / 2 && lines > 3
              ? [`${label.textContent} takes ${lines} lines`]
              : votes.getClientRects().length > 1
                ? [`${votes.textContent} is broken`]
                : []
          }),
        )
        expect([path, width, narrow]).toEqual([path, width, []])
      }
      await page.context().close()
    }
  })
})

const STATES = [
  { path: "/polls/open", says: ["Voting is open", "8 votes", "Scan to vote"] },
  { path: "/polls/closes", says: ["Voting is open until", "Closes in", "1 vote"] },
  { path: "/polls/scheduled", says: ["Voting opens on", "Opens in", "No votes yet"] },
  { path: "/polls/closed", says: ["Voting is over. The last votes are being counted.", "6 votes"] },
  { path: "/polls/final", says: ["Final since", "Dogs wins", "Winner"] },
  { path: "/polls/tied", says: ["A tie: Cats and Dogs", "Tied for first"] },
  { path: "/polls/nobody", says: ["Final since", "Nobody voted"] },
  { path: "/polls/sealed", says: ["Sealed until the end", "Vote now"] },
  { path: "/polls/voters", says: ["Vote first, then look", "Vote now"] },
  { path: "/polls/many?order=votes", says: ["1,225 votes", "The 8 options with the most votes."] },
  { path: "/polls/nowhere", says: ["There is no such poll"] },
  { path: "/nowhere", says: ["There is nothing here"] },
]

describe.each(STATES)("the page $path", ({ path, says }) => {
  test("says what is the matter, is accessible and fits, on phone and desktop, by day and night", async () => {
    const page = await open(path, { width: 360 })
    for (const words of says) await page.getByText(words).first().waitFor()
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await expectNoSideScroll(page)
      // Each width and each scheme once: the colours are the same at every width.
      await page.emulateMedia({ colorScheme: width === 360 ? "light" : "dark" })
      await expectAccessible(page)
    }
  }, 60_000)
})

describe("the result page without scripts", () => {
  test("has all numbers, orders them by a link, and offers to load the latest", async () => {
    const page = await open("/polls/many", { javaScript: false })
    expect(await text(page, "#total")).toBe("1,225 votes")
    await page.locator(".still a", { hasText: "Load the latest" }).waitFor()
    expect(await page.locator(".share-actions button").first().isVisible()).toBe(false)
    await page.getByText("Most votes first").click()
    await becomes(async () => (await labels(page))[0], "Name 28")
  })

  test("shows the results of an after-vote poll to who brings a receipt, and downloads them with it", async () => {
    const receipt = await receiptOf(pages().sql, "voters", 1_000)
    const page = await open(`/polls/voters?receipt=${receipt}`, { javaScript: false })
    expect(await text(page, "#total")).toBe("3 votes")
    const csv = await page.getByText("CSV").getAttribute("href")
    expect((await pages().result.get(csv ?? "")).status).toBe(200)
  })
})

describe("a receipt", () => {
  const receiptPage = async (language: string, view: View = {}) => {
    const receipt = await receiptOf(pages().sql, "open", Date.UTC(2026, 6, 1, 12))
    return open(`/polls/open/receipts/${receipt}`, { language, ...view })
  }

  test("tells since when in the reader's own time zone", async () => {
    const page = await receiptPage("de")
    await page.locator("time", { hasText: "1. Juli 2026 um 14:00 MESZ" }).waitFor()
    expect(await page.locator("time").getAttribute("datetime")).toBe("2026-07-01T12:00:00.000Z")
  })

  test("says that it means UTC where no script knows better", async () => {
    const page = await receiptPage("de", { javaScript: false })
    expect(await page.locator(".receipt .muted").textContent()).toBe(
      "In der Stunde ab dem 1. Juli 2026 um 12:00 UTC",
    )
  })
})

describe("what to share", () => {
  test("names the ballot's address, leads to the big screen, and warns of an address that no phone reaches", async () => {
    const page = await open("/polls/open")
    expect(await page.locator(".scan-link").textContent()).toBe("localhost:8080/polls/open")
    expect(await page.getByText("Phones can’t reach localhost.").isVisible()).toBe(true)
    expect(await page.getByText("set VOTE_URL").isVisible()).toBe(true)
    await page.getByRole("link", { name: "Show on a big screen" }).click()
    await page.waitForURL("**/polls/open/stage")
  })

  test("has no such warning where phones can vote", async () => {
    const elsewhere = await startResultApp(stores(), { voteUrl: "https://vote.example" })
    const page = await openPage(pages().browser, `${elsewhere.address}/polls/open`)
    stores().defer(() => page.context().close())
    expect(await page.locator(".scan-link").textContent()).toBe("vote.example/polls/open")
    expect(await page.locator(".unreachable").count()).toBe(0)
  })
})

describe("languages", () => {
  test("a problem is told in the reader's language alone, which can be switched there", async () => {
    const page = await open("/polls/nowhere", { language: "de" })
    await page.getByText("Diese Abstimmung gibt es nicht").waitFor()
    expect(await page.locator("main").textContent()).not.toMatch(/There is|api/)
    await page.getByText("Deutsch").first().click()
    await page.getByRole("link", { name: "Français" }).click()
    await page.getByText("Ce vote n’existe pas").waitFor()
    expect(page.url()).toContain("/polls/nowhere")
  })

  test.each([...LANGUAGES])("the page and the receipt speak %s", async (language) => {
    const page = await open("/polls/open", { language, width: 360 })
    expect(await page.locator("html").getAttribute("lang")).toBe(language)
    expect(await page.title()).toContain(String(resultsMessages[language].results))
    await page.getByText(String(resultsMessages[language].live), { exact: true }).first().waitFor()
    await expectNoSideScroll(page)
    await page.goto(
      `${pages().result.address}/polls/open/receipts/${await receiptOf(pages().sql, "open", 1_000)}`,
    )
    expect(await page.locator("html").getAttribute("lang")).toBe(language)
    await expectAccessible(page)
  })

  test("the switch changes the language for good", async () => {
    const page = await open("/polls/final")
    await page.getByText("English").first().click()
    await page.getByRole("link", { name: "Deutsch" }).click()
    await page.getByText("Dogs gewinnt").waitFor()
    await page.goto(`${pages().result.address}/polls/tied`)
    await page.getByText("Gleichstand: Cats und Dogs").waitFor()
  })
})

test("all that can be done can be done with the keyboard alone", async () => {
  const page = await open("/polls/many")
  await live(page)
  const reached = new Set<string>()
  for (let i = 0; i < 16; i++) {
    await page.keyboard.press("Tab")
    const [name, outline] = await page.evaluate(() => {
      const { activeElement } = document
      return [
        activeElement?.textContent ?? "",
        activeElement ? getComputedStyle(activeElement).outlineStyle : "",
      ]
    })
    reached.add(name ?? "")
    expect(outline).not.toBe("none")
    if (name === "Show on a big screen") break
  }
  const controls = ["Skip to the content", "Most votes first", "All numbers in a table", "CSV", "JSON"]
  for (const name of [...controls, "Copy ballot link", "Copy results link", "Show on a big screen"]) {
    expect([...reached]).toContain(name)
  }
})

test("texts of a poll can't become part of the page", async () => {
  const evil = `</script><img src=x onerror=alert(1)>"'`
  const options = [
    { id: "a", label: evil },
    { id: "b", label: "B", image: "https://pictures.invalid/'\"><script>alert(1)</script>" },
  ]
  await newPoll("evil", { title: evil, options })
  const page = await open("/polls/evil")
  page.on("dialog", () => expect.unreachable())
  await live(page)
  expect(await text(page, "h1")).toBe(evil)
  // The option's picture can't be loaded and is removed; the markup in the texts never became a picture.
  await page.locator("main img").waitFor({ state: "detached" })
  const stage = await open("/polls/evil/stage")
  expect(await text(stage, "h1")).toBe(evil)
})

test("the browser refuses markup of somebody else's in each page, and nothing that the page itself does", async () => {
  const { browser, result } = pages()
  const page = await openPage(browser, "about:blank")
  const errors: string[] = []
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
  // The pages are left at once, in the midst of whatever a socket would bring.
  await page.addInitScript("window.WebSocket = class extends EventTarget { close() {} }")
  await page.goto(`${result.address}/admin/sign-in`)
  await page.locator("#token").fill(TOKEN)
  await page.locator("form.card button").click()
  await page.locator(".page-head").waitFor()
  const paths = ["/polls/many", "/polls/final", "/polls/open/stage", "/embed/open", "/receipts"]
  for (const path of [...paths, "/admin", "/admin/polls/open", "/admin/polls/open/edit", "/admin/health"]) {
    await page.goto(result.address + path, { waitUntil: "load" })
    const refused = page.evaluate(() => {
      document.body.innerHTML = "<img src=x onerror=alert(1)>"
    })
    // Not expect().rejects: it runs the event loop by itself, and the browser's messages would arrive in another order.
    expect(await refused.catch(String)).toContain("TrustedHTML")
  }
  await page.goto(`${result.address}/polls/open/stage`)
  await page.locator("#total").waitFor()
  await page.keyboard.press("ArrowRight")
  await page.waitForURL((url) => url.pathname !== "/polls/open/stage")
  const unexpected = errors.filter((error) => !/onerror|innerHTML|TrustedHTML/.test(error))
  // The page's own markup would be one more of these.
  expect([unexpected, errors.length - unexpected.length]).toEqual([[], paths.length + 4])
  await page.context().close()
})

test("links can be copied without the clipboard that only https gives", async () => {
  const page = await openPage(pages().browser, "about:blank")
  await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
  await page.goto(`${pages().result.address}/polls/open`)
  await page.getByRole("button", { name: "Copy results link" }).click()
  await page.getByText("Copied").waitFor()
  await page.goto("data:text/html,<textarea aria-label=Elsewhere></textarea>")
  await page.getByLabel("Elsewhere").press("Control+V")
  expect(await page.getByLabel("Elsewhere").inputValue()).toBe(`${pages().result.address}/polls/open`)
  await page.context().close()
})

test("the links to ballot and results can be copied", async () => {
  const page = await open("/polls/open")
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
  await page.getByRole("button", { name: "Copy results link" }).click()
  await page.getByText("Copied").waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `${pages().result.address}/polls/open`,
  )
})

test("the page with all that it loads weighs at most 60 KB", async () => {
  const { address } = pages().result
  const headers = { "accept-encoding": "br" }
  const page = await fetch(`${address}/polls/open`, { headers, decompress: false } as RequestInit)
  const html = await (await fetch(`${address}/polls/open`)).text()
  const assets = [...new Set(html.match(/\/assets\/[\w.-]+/g))]
  expect(assets.some((asset) => asset.includes("chart"))).toBe(true)
  const weigh = async (asset: string) => {
    const answer = await fetch(`${address}${asset}`, { headers, decompress: false } as RequestInit)
    expect(answer.headers.get("content-encoding")).toBe("br")
    return (await answer.arrayBuffer()).byteLength
  }
  const weights = await Promise.all(assets.map(async (asset) => [asset, await weigh(asset)] as const))
  const all = [["HTML", (await page.arrayBuffer()).byteLength] as const, ...weights]
  console.log(`  The results page: ${all.map(([name, bytes]) => `${name} ${bytes}`).join(" + ")} bytes`)
  expect(all.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThanOrEqual(60 * 1_024)
})
