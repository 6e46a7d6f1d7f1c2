/** The frame of every page of every app. */

import type { ComponentChildren } from "preact"
import { h } from "preact"
import { renderToString } from "preact-render-to-string"
import "./translatable"
import type { Language } from "./language"
import { PageFrame } from "./page-frame"

export type Page = {
  language: Language
  /** The title of the page, to which " · Tallyroom" is added. */
  title: string
  /** Addresses of assets, from `assets.asset(name)`. */
  stylesheet: string
  script?: string | undefined
  /** The data for the script, which reads it by `pageData()`. */
  data?: unknown
  bodyClass?: string | undefined
  /** Makes the page light or dark whatever the reader's system wants, for big screens and frames in other sites. */
  theme?: "light" | "dark" | undefined
  /** More elements for the head. */
  head?: ComponentChildren
  /** The path and query of this page, to which the language switch leads. Without them there is no switch. */
  alternates?: string | undefined
  /** Where the wordmark leads, "/" by default. */
  home?: string | undefined
  /** Links beside the language switch. */
  nav?: ComponentChildren
  footer?: ComponentChildren
  /** Without header and footer: for frames in other sites, the stage and printed sheets. */
  bare?: boolean | undefined
  /** The content of `<main id="app">`, which `hydrateApp(…, "#app")` makes live. */
  children: ComponentChildren
}

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
