/** The site of a team that shows a poll in one of its pages. */

import { type EmbedView, embedSnippet } from "../../../apps/result/embed/embed-snippet"
import { ADDRESSES } from "./addresses"

const STYLE = `:root { color-scheme: light dark; font: 17px/1.6 Georgia, serif }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.8rem }`

/** Serves it on a free port of this machine: at `/<poll>` its results, and with `?view=ballot` its ballot. */
export function serveTeamSite() {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => {
      const { pathname, searchParams } = new URL(url)
      const view = searchParams.get("view") === "ballot" ? "ballot" : "results"
      return new Response(teamPage(pathname.slice(1), view), {
        headers: { "content-type": "text/html; charset=utf-8" },
      })
    },
  })
}

function teamPage(poll: string, view: EmbedView): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Team news</title>
<style>${STYLE}</style><h1>News from the team</h1>
<p>Thank you all for coming! While the talks are being cut, have your say here: it takes one tap.</p>
${embedSnippet(ADDRESSES.result, poll, view)}
<p>We announce the outcome in the next newsletter.</p></html>`
}
