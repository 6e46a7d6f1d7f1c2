/** A browser that takes pictures of pages as phones and desks show them, in light and dark. */

import { join } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import { ensureTool } from "../../services/tools/tools"
import { ADDRESSES, type PagePorts } from "./addresses"
import type { Backstage, Device, Scheme, Shot } from "./shot"
import { smallPng } from "./small-png"

const VIEWPORTS: Record<Device, { width: number; height: number }> = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
  /** A projector. */
  stage: { width: 1920, height: 1080 },
}
/** Something that does not show within this time is missing from the page. */
const PATIENCE_MS = 15_000

/** Started so that the names of the made-up event lead to the apps that run here. */
export async function openCamera({ votePort, resultPort, hostPort }: PagePorts): Promise<Browser> {
  const { vote, result, host, neighbour } = ADDRESSES
  const rules = [
    [vote, votePort],
    [result, resultPort],
    [host, hostPort],
    [neighbour, hostPort],
  ].map(([address, port]) => `MAP ${new URL(String(address)).host} 127.0.0.1:${port}`)
  return chromium.launch({
    executablePath: await ensureTool("chromium", { say: console.error }),
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
      `--host-resolver-rules=${rules.join(",")}`,
      // Pages then count as loaded by HTTPS, and may use the clipboard.
      `--unsafely-treat-insecure-origin-as-secure=${Object.values(ADDRESSES).join(",")}`,
    ],
  })
}

/** Takes one page with one device in the colour schemes that it is wanted in. @returns the names of the files */
export async function takeShot(
  browser: Browser,
  shot: Shot,
  { device, dir, ...backstage }: Backstage & { device: Device; dir: string },
): Promise<string[]> {
  const context = await browser.newContext({
    viewport: VIEWPORTS[device],
    locale: "en-GB",
    timezoneId: "Europe/Lisbon",
    reducedMotion: "reduce",
    hasTouch: device === "phone",
    javaScriptEnabled: !shot.withoutScripts,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  try {
    const page = await context.newPage()
    const files: string[] = []
    for (const scheme of shot.schemes ?? (["light", "dark"] as const)) {
      await page.emulateMedia({ colorScheme: scheme })
      if (files.length === 0 || shot.reopen) await shot.open({ ...backstage, page, scheme })
      await shot.settled?.(page)
      files.push(await takePicture(page, shot, device, scheme, dir))
    }
    return files
  } finally {
    await context.close()
  }
}

async function takePicture(
  page: Page,
  shot: Shot,
  device: Device,
  scheme: Scheme,
  dir: string,
): Promise<string> {
  const file = `${shot.name}-${device === "phone" ? "phone" : "desktop"}-${scheme}.png`
  await page.evaluate(() => document.fonts.ready)
  // The pointer must not hover over anything.
  await page.mouse.move(0, 0)
  const picture = shot.part
    ? await page.locator(shot.part).screenshot({ animations: "disabled" })
    : await page.screenshot({ fullPage: device !== "stage", animations: "disabled", caret: "hide" })
  await Bun.write(join(dir, file), smallPng(picture))
  return file
}

/** Whether emoji are drawn in colour here, as people see them on their own machines. */
export async function drawsEmoji(browser: Browser): Promise<boolean> {
  const page = await browser.newPage()
  const colours = await page.evaluate(() => {
    const canvas = document.createElement("canvas")
    const context = canvas.getContext("2d")
    if (!context) return 0
    context.font = "40px sans-serif"
    context.fillText("🐉", 10, 60)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    return data.filter((value, i) => i % 4 === 0 && value !== data[i + 1]).length
  })
  await page.close()
  return colours > 0
}
