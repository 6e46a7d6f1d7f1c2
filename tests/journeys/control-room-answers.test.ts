import { beforeAll, expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import type { Browser, Page } from "playwright-core"
import { adminMessages } from "../../apps/result/admin/admin-messages"
import {
  type AppProcess,
  startResultProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { becomes } from "../harness/becomes"
import { launchChromium } from "../harness/chromium"
import { makePollAt, openControlRoom } from "../harness/control-room"
import { expectAccessible, openPage } from "../harness/pages"
import { useStores } from "../harness/stores"

const stores = useStores()
let browser: Browser
let result: AppProcess

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResultProcess(stores())
  browser = await launchChromium()
  stores().defer(() => browser.close())
}, 60_000)

/** The position of the button, which must not depend on the text above it. */
const buttonTop = (page: Page) => page.locator("form.card button").boundingBox()

test.each([...LANGUAGES.map((language) => [360, language] as const), [1280, "en"] as const])(
  "a wrong token is told beside its field at %i px in %s, and nothing moves",
  async (width, language) => {
    const page = await openPage(browser, `${result.url}/admin`, { width, language })
    const before = await buttonTop(page)
    await page.locator("#token").fill("not the token")
    await page.locator("form.card button").click()
    await page.locator("#token[aria-invalid=true]").waitFor()
    expect(await page.locator("#token").getAttribute("aria-describedby")).toBe("token-hint")
    expect(await page.locator("#token-hint").textContent()).toBe(String(adminMessages[language].wrongToken))
    await page.locator("#token:focus").waitFor()
    expect(await buttonTop(page)).toEqual(before)
    await page.context().close()
  },
)

test.each([true, false])("what was done is said once, politely; scripts: %p", async (javaScript) => {
  const id = `done-${javaScript}`
  await makePollAt(result.url, { id })
  const page = await openControlRoom(browser, result.url, { javaScript })
  await page.goto(`${result.url}/admin/polls/${id}/duplicate`)
  await page.getByRole("button", { name: "Duplicate" }).click()
  await page.getByRole("status").getByText("The copy is made.").waitFor()
  await page.goto(`${result.url}/admin/polls/${id}`)
  await page.getByRole("button", { name: "Archive" }).click()
  await page.getByRole("status").getByText("Archived: the poll is in no public list").waitFor()
  await page.goto(`${result.url}/admin/polls/${id}/delete`)
  await page.getByLabel("The poll's id").fill(id)
  await page.getByRole("button", { name: "Delete for good" }).click()
  await page.getByRole("heading", { name: "Polls" }).waitFor()
  await page.getByRole("status").getByText(`The poll ${id} is being deleted`).waitFor()
  await page.reload()
  expect(await page.getByText(`The poll ${id} is being deleted`).count()).toBe(0)
  await page.context().close()
})

test("what was typed while Postgres took no changes is saved by one press once it does", async () => {
  const admin = openDatabase(stores().database.adminUrl, { name: "test-admin", connections: 1 })
  const takeChanges = async (value: "on" | "off") => {
    const [row] = await admin`SELECT current_database() AS name`
    await admin.unsafe(`ALTER DATABASE ${row?.name} SET default_transaction_read_only = ${value}`)
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'tallyroom_result'`
  }
  const page = await openControlRoom(browser, result.url)
  await page.goto(`${result.url}/admin/new`)
  await page.getByLabel("Question").fill("Soup, or “salad”?")
  await page.locator("#o0-label").fill("Soup")
  await page.locator("#o1-label").fill("Salad & bread")
  await takeChanges("on")
  await page.getByRole("button", { name: "Make the draft" }).click()
  await page.getByText("What you entered is kept: trying again sends it.").waitFor()
  await expectAccessible(page)
  await takeChanges("off")
  await page.getByRole("button", { name: "Try again" }).click()
  await page.getByRole("status").getByText("The draft is made.").waitFor()
  expect(await page.locator("h1").textContent()).toContain("Soup, or “salad”?")
  await page.getByText("Salad & bread").first().waitFor()
  await page.context().close()
  await admin.end({ timeout: 1 })
})

test("a label twice is marked at its field, and the rest of the form stays", async () => {
  const page = await openControlRoom(browser, result.url)
  await page.goto(`${result.url}/admin/new`)
  await page.getByLabel("Question").fill("どのラーメン？")
  await page.getByLabel("Option 1", { exact: true }).fill("Ramen")
  await page.getByLabel("Option 2", { exact: true }).fill("ramen ")
  await page.getByRole("button", { name: "Make the draft" }).click()
  await page.locator("#o1-label-hint").getByText("Another option has this label already").waitFor()
  expect(await page.getByLabel("Option 2", { exact: true }).getAttribute("aria-invalid")).toBe("true")
  expect(await page.getByLabel("Option 1", { exact: true }).getAttribute("aria-invalid")).toBe("false")
  await page.getByLabel("Option 2", { exact: true }).fill("Udon")
  await page.getByRole("button", { name: "Make the draft" }).click()
  await page.getByText("The draft is made.").waitFor()
  expect(page.url()).toMatch(/\/admin\/polls\/poll-[a-z0-9]{5}$/)
  await page.context().close()
})

test.each([true, false])(
  "what is wrong with a form is in sight and has the focus when it comes back; scripts: %p",
  async (javaScript) => {
    const page = await openControlRoom(browser, result.url, { javaScript, width: 390 })
    const comesBackAt = async (id: string, form: string) => {
      // Sends the form as a browser does that does not validate fields.
      if (!javaScript)
        await page.locator(form).evaluate((it: HTMLFormElement) => it.setAttribute("novalidate", ""))
      await page.locator(form).getByRole("button").last().click()
      await page.locator(`#${id}[aria-invalid=true]:focus`).waitFor()
      const box = await page.locator(`#${id}:focus`).boundingBox()
      expect(box && box.y >= 0 && box.y + box.height <= 740).toBe(true)
    }
    const form = ".editor form"
    await page.goto(`${result.url}/admin/new`)
    await page.locator("#title").fill("Far below?")
    for (const i of [0, 1]) await page.locator(`#o${i}-label`).fill("Same")
    await page.locator("#closesAt").fill("2020-01-01T10:00")
    await comesBackAt("o1-label", form)
    await page.locator("#o1-label").fill("Other")
    await comesBackAt("closesAt", form)
    await page.locator("#title").fill("")
    await comesBackAt("title", form)
    await makePollAt(result.url, { id: `wrong-${javaScript}` })
    await page.goto(`${result.url}/admin/polls/wrong-${javaScript}/duplicate`)
    await page.locator("#id").fill("Not an id!")
    await page.locator("#title").fill(" ")
    await comesBackAt("title", "form.card")
    await page.context().close()
  },
)

test("what is written before the script has come stays", async () => {
  const page = await openControlRoom(browser, result.url)
  const { promise: hasCome, resolve: letCome } = Promise.withResolvers<void>()
  await page.route("**/*.js", async (route) => {
    await hasCome
    await route.continue()
  })
  await page.goto(`${result.url}/admin/new`, { waitUntil: "commit" })
  await page.getByLabel("Question").fill("Tea or coffee?")
  await page.getByLabel("Option 1", { exact: true }).fill("Tea")
  letCome()
  await page.getByText("Time zone: Europe/Berlin").first().waitFor()
  expect(await page.getByLabel("Question").inputValue()).toBe("Tea or coffee?")
  await becomes(() => page.getByLabel("Id", { exact: true }).inputValue(), "tea-or-coffee")
  const preview = page.getByRole("complementary", { name: "How the ballot looks" })
  await preview.getByText("Tea", { exact: true }).waitFor()
  await page.context().close()
})

test("every address of a poll and its embed snippets are copied by a button", async () => {
  await makePollAt(result.url, { id: "shared" })
  const page = await openControlRoom(browser, result.url)
  await page.goto(`${result.url}/admin/polls/shared`)
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
  for (const [label, text] of [
    ["Address of the ballot", /\/polls\/shared$/],
    ["Address of the results", new RegExp(`^${result.url}/polls/shared$`)],
    ["Address of the big screen", new RegExp(`^${result.url}/polls/shared/stage$`)],
    ["Live results", new RegExp(`^<script src="${result.url}/embed.js" data-poll="shared" async>`)],
    ["Ballot", /data-view="ballot"/],
  ] as const) {
    await page.getByRole("button", { name: `Copy: ${label}`, exact: true }).click()
    await page.getByRole("button", { name: `Copied: ${label}`, exact: true }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(text)
  }
  await page.context().close()
})

test("health says in words what there is not yet, and what each number is", async () => {
  const page = await openControlRoom(browser, result.url)
  await page.goto(`${result.url}/admin/health`)
  const rows = page.locator("tbody tr")
  expect(await rows.count()).toBeGreaterThan(0)
  for (const row of await rows.all()) expect(await row.locator("td").nth(1).textContent()).toBe("None yet")
  const figures = await page.locator(".figures > div").allTextContents()
  expect(figures).toHaveLength(4)
  expect(figures[0]).toMatch(/^Votes a second0 ?Average of the last minute$/)
  expect(figures[2]).toMatch(/^Longest wait0 sec ?The oldest/)
  await page.context().close()
})
