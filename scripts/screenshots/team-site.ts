/** The site of a team that shows a poll in one of its pages. */

import { embedSnippet } from "../../apps/result/embed-snippet"
import { ADDRESSES } from "./places"

const STYLE = `:root { color-scheme: light dark; font: 17px/1.6 Georgia, serif }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.8rem }`

/** Serves it on a free port of this machine: the results of one poll, or with `?view=ballot` the ballot of another. */
export function serveTeamSite() {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => {
      const ballot = new URL(url).searchParams.get("view") === "ballot"
      return new Response(ballot ? teamPage("shirt", "ballot") : teamPage("meetup", "results"), {
        headers: { "content-type": "text/html; charset=utf-8" },
      })
    },
  })
}

function teamPage(poll: string, view: "results" | "ballot"): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Team news</title>
<style>${STYLE}</style><h1>News from the team</h1>
<p>Thank you all for coming! While the talks are being cut, have your say here: it takes one tap.</p>
${embedSnippet(ADDRESSES.result, poll, view)}
<p>We announce the outcome in the next newsletter.</p></html>`
}
