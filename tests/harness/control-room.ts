/** The control room as an admin opens it. */

import type { Browser, Page } from "playwright-core"
import { ADMIN_TOKEN } from "../../scripts/services/apps/start-apps"
import { openPage, type View } from "./pages"

/** A browser of its own that is signed in, at the list of polls. */
export async function openControlRoom(browser: Browser, url: string, view: View = {}): Promise<Page> {
  const page = await openPage(browser, `${url}/admin`, view)
  await page.locator("#token").fill(ADMIN_TOKEN)
  await page.locator("form.card button").click()
  await page.locator(".page-head").waitFor()
  return page
}

/** Makes a poll over the API. @throws {Error} with the API's answer when it refuses */
export async function makePollAt(url: string, poll: Record<string, unknown>): Promise<void> {
  const options = [
    { id: "a", label: "Cats", emoji: "🐈" },
    { id: "b", label: "Dogs", emoji: "🐕" },
  ]
  await send("POST", `${url}/api/polls`, { title: `The poll ${poll.id}`, options, state: "open", ...poll })
}

/** Changes a poll over the API. @throws {Error} with the API's answer when it refuses */
export function changePollAt(url: string, id: string, change: Record<string, unknown>): Promise<void> {
  return send("PATCH", `${url}/api/polls/${id}`, change)
}

/** Makes codes of a poll over the API. @throws {Error} with the API's answer when it refuses */
export function makeCodesAt(url: string, id: string, count: number): Promise<void> {
  return send("POST", `${url}/api/polls/${id}/codes`, { count })
}

async function send(method: string, address: string, body: unknown): Promise<void> {
  const answer = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`)
}
