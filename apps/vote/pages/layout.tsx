/** The frame of every page. */

import type { ComponentChildren } from "preact"
import { renderToString } from "preact-render-to-string"

/** What all pages need to know of the app. */
export type Site = {
  /** Address of the style sheet. */
  stylesheet: () => string
  /** Address of the result app, without a slash at its end. */
  resultUrl: string
}

type Props = { site: Site; title: string; results: string; children: ComponentChildren }

/** @param props.results where on the result app the page links to */
export function renderPage(props: Props): string {
  return `<!doctype html>${renderToString(<Layout {...props} />)}`
}

function Layout({ site, title, results, children }: Props) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Tallyroom`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={site.stylesheet()} />
      </head>
      <body>
        <main>{children}</main>
        <footer>
          <a href={`${site.resultUrl}${results}`}>Watch the results</a>
        </footer>
      </body>
    </html>
  )
}
