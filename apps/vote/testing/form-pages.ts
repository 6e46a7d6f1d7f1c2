/** What somebody without scripts does and reads: the poll's pages, and its form as a browser sends it. */

import { expect } from "bun:test"
import { cookieOf, type VoteFixture } from "./vote"

/** The header by which a browser asks for a page. */
export const BROWSER = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" }

export async function pageAt(fixture: VoteFixture, path: string, headers = {}): Promise<string> {
  return (await fixture.ask(path, { headers: { ...BROWSER, ...headers } })).text()
}

/** Sends a form as a browser does that is led on to a page. @returns that page */
export async function sendForm(
  fixture: VoteFixture,
  path: string,
  body: string,
  cookie: string,
  headers = {},
): Promise<string> {
  const response = await fixture.form(path, body, { ...BROWSER, cookie, ...headers })
  expect(response.status).toBe(303)
  const set = response.headers.getSetCookie().map((it) => it.split(";")[0])
  const all = [cookie, ...set].join("; ")
  return pageAt(fixture, response.headers.get("location") ?? "", { cookie: all, ...headers })
}

/** The cookie of a new voter. */
export async function visitor(fixture: VoteFixture): Promise<string> {
  return cookieOf(await fixture.ask("/"))
}

/** The text of a page's content, without its markup and its drawings. */
export function wordsOf(html: string): string {
  return html
    .slice(html.indexOf("<main"), html.indexOf("</main>"))
    .replace(/<svg.*?<\/svg>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
}
