/** The frame of every page. */

import type { ComponentChildren } from "preact"
import { renderToString } from "preact-render-to-string"

/** What all pages need to know of the app. */
export type Site = {
  /** From "result.css" to the address under which it is served. */
  asset: (name: string) => string
  /** Address of the vote app. */
  voteUrl: string
}

type Props = {
  site: Site
  title: string
  /** What else belongs into the head. */
  head?: ComponentChildren
  /** Where on the vote app the page links to; without it there is no link. */
  ballot?: string
  children: ComponentChildren
}

export function renderPage(props: Props): string {
  return `<!doctype html>${renderToString(<Layout {...props} />)}`
}

function Layout({ site, title, head, ballot, children }: Props) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Tallyroom`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={site.asset("result.css")} />
        {head}
      </head>
      <body>
        <main>{children}</main>
        {ballot && (
          <footer>
            <a href={new URL(ballot, site.voteUrl).href}>Go to the vote</a>
          </footer>
        )}
      </body>
    </html>
  )
}
