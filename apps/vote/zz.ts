import { chromium } from "../../node_modules/playwright-core"
const browser = await chromium.launch({ executablePath: Bun.which("chromium")!, args: ["--no-sandbox","--disable-gpu","--disable-background-networking"] })
for (const scheme of ["light","dark"] as const) {
const page = await browser.newPage({ viewport: { width: 360, height: 640 }, colorScheme: scheme })
page.on("console", (m) => console.log("console", m.text())); page.on("requestfailed", r => console.log("failed", r.url()))
await page.goto("http://localhost:18380/"); await page.screenshot({ path: `/tmp/vt/${scheme}1.png` })
const [r] = await Promise.all([page.waitForNavigation(), page.click("text=Dogs")]); console.log(r?.status(), page.url(), await page.title())
await page.screenshot({ path: `/tmp/vt/${scheme}2.png` })
await page.goBack(); const [r2] = await Promise.all([page.waitForNavigation(), page.click("text=Cats")]); console.log(r2?.status(), await page.title())
}
await browser.close()
