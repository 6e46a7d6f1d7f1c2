/** WebKit as GNOME builds it, by WebDriver: the engine of Safari and of every browser on an iPhone. */

import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Builder, Capabilities, Key as Keys, type WebDriver, type WebElement } from "selenium-webdriver"
import { answersOk } from "../../scripts/services/answers-ok"
import { freePort } from "../../scripts/services/processes/ports"
import { type SupervisedProcess, startSupervised } from "../../scripts/services/processes/supervised-process"
import { ensureTool } from "../../scripts/services/tools/tools"
import { waitFor } from "../../scripts/services/wait"
import { type Browser, call, DRAG_STEPS, find, type Key, middle, type Place, type Tab } from "./tab"

const GRACE_MS = 2_000
/** A command that meets a page which is just being left may never be answered: it is given up, and asked again. */
const ANSWER_MS = 5_000
const WINDOW_MS = 20_000
const KEYS: Record<Key, string> = {
  ...{ ArrowDown: Keys.ARROW_DOWN, ArrowLeft: Keys.ARROW_LEFT, ArrowRight: Keys.ARROW_RIGHT },
  ...{ Enter: Keys.ENTER, " ": Keys.SPACE, Tab: Keys.TAB, f: "f" },
}

/** One window at a time: a session is a browser of its own. */
export async function startWebkit(): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), "tallyroom-webkit-"))
  const screen = await startScreen()
  const port = await freePort()
  const environment = { ...process.env, HOME: home, DISPLAY: screen.display, NO_AT_BRIDGE: "1" } as Record<
    string,
    string
  >
  const server = startSupervised([await ensureTool("webkit"), `--port=${port}`], { env: environment })
  const url = `http://127.0.0.1:${port}`
  await waitFor("WebKit's driver", () => answersOk(`${url}/status`))
  return {
    async open(width) {
      // A window that never says that it is there was seen on a busy machine: a second one is asked for.
      const driver = await openWindow(url).catch(() => openWindow(url))
      await driver.manage().window().setRect({ x: 0, y: 0, width, height: 740 })
      return tabOf(driver)
    },
    async close() {
      await server.stop(GRACE_MS)
      await screen.server.stop(GRACE_MS)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function openWindow(url: string): Promise<WebDriver> {
  const options = { binary: miniBrowser(), args: ["--automation"] }
  const window = new Builder()
    .disableEnvironmentOverrides()
    .usingServer(url)
    .withCapabilities(new Capabilities({ browserName: "MiniBrowser", "webkitgtk:browserOptions": options }))
    .build()
  return answered(Promise.resolve(window), "a call for a window", WINDOW_MS)
}

/** A virtual screen. It chooses a free display number itself, and prints it. */
async function startScreen(): Promise<{ server: SupervisedProcess; display: string }> {
  const lines: string[] = []
  const command = [
    await ensureTool("Xvfb"),
    "-displayfd",
    "1",
    "-screen",
    "0",
    "1400x900x24",
    "-nolisten",
    "tcp",
  ]
  const server = startSupervised(command, { onLine: (line) => void lines.push(line) })
  const number = await waitFor("a screen", () => lines.find((line) => /^\d+$/.test(line)))
  return { server, display: `:${number}` }
}

/** Debian keeps it beside the library, in the folder of the machine's architecture. */
function miniBrowser(): string {
  const triplets = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
  const paths = triplets.map((triplet) => `/usr/lib/${triplet}/webkit2gtk-4.1/MiniBrowser`)
  const found = paths.find((path) => existsSync(path))
  if (!found) throw new Error(`MiniBrowser is not where Debian puts it: ${paths.join(", ")}.`)
  return found
}

function tabOf(driver: WebDriver): Tab {
  return {
    goto: (url) => sent(driver.get(url)),
    reload: () => sent(driver.navigate().refresh()),
    evaluate: (expression, frame) =>
      answered(
        within(driver, frame, () => driver.executeScript(`return ${expression}`)),
        "a script",
      ),
    click: ({ frame, ...place }) =>
      within(driver, frame, async () => {
        const element = await driver.executeScript<WebElement | null>(`return ${call(find, place)}`)
        if (!element) throw new Error(`there is no ${JSON.stringify(place)}`)
        // Its driver scrolls no further than to where the bar that casts covers the element.
        await driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element)
        await sent(element.click())
      }),
    async drag(from, to) {
      const [start, end] = [await middleOf(driver, from), await middleOf(driver, to)]
      const at = (step: number) => ({
        x: Math.round(start.x + ((end.x - start.x) * step) / DRAG_STEPS),
        y: Math.round(start.y + ((end.y - start.y) * step) / DRAG_STEPS),
        duration: 20,
      })
      const actions = driver.actions().move(at(0)).press()
      for (let step = 1; step <= DRAG_STEPS; step++) actions.move(at(step))
      await sent(actions.release().perform())
    },
    press: (key) => sent(driver.actions().sendKeys(KEYS[key]).perform()),
    write: (text) => sent(driver.actions().sendKeys(text).perform()),
    forgetCookies: () => driver.manage().deleteAllCookies(),
    close: () => sent(driver.quit()),
  }
}

async function middleOf(driver: WebDriver, place: Place): Promise<{ x: number; y: number }> {
  const found = await driver.executeScript<{ x: number; y: number } | null>(`return ${call(middle, place)}`)
  if (!found) throw new Error(`there is no ${JSON.stringify(place)}`)
  return found
}

/** Errors of an action are ignored: the page shows whether it was done. */
async function sent(command: Promise<void>): Promise<void> {
  await answered(command, "what was done").catch((error) => {
    if (!(error instanceof Unanswered)) throw error
  })
}

class Unanswered extends Error {}

function answered<T>(command: Promise<T>, what: string, ms = ANSWER_MS): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Unanswered(`WebKit did not answer ${what}.`)), ms)
  return Promise.race([command, deadline]).finally(() => clearTimeout(timer))
}

async function within<T>(
  driver: WebDriver,
  selector: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (selector === undefined) return work()
  await driver.switchTo().frame(driver.findElement({ css: selector }))
  try {
    return await work()
  } finally {
    await driver.switchTo().defaultContent()
  }
}
