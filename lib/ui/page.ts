/** Renders the pages of all apps. */

import { h } from "preact"
import { renderToString } from "preact-render-to-string"
import "./translatable"
import { type Page, PageFrame } from "./page-frame"

/** The whole page as HTML. */
export function renderPage(page: Page): string {
  const html = `<!doctype html>${renderToString(h(PageFrame, page))}`
  if (page.data === undefined) return html
  const end = html.lastIndexOf("</body>")
  return html.slice(0, end) + dataScript(page.data) + html.slice(end)
}

/** JSON in which nothing can end the script element or begin a comment (HTML standard, "script data"). */
function dataScript(data: unknown): string {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c")
  return `<script type="application/json" id="page-data">${json}</script>`
}
