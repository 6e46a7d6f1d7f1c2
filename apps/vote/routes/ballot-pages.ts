/** GET /, GET /polls/:poll and GET /embed/:poll: the pages on which people vote. */

import { compressedResponse } from "@tallyroom/lib/http/compression"
import { type Poll, votingPhase } from "@tallyroom/lib/polls"
import { languageOf } from "@tallyroom/lib/ui/language"
import type { AnyElysia } from "elysia"
import { Client } from "../client"
import type { Deps } from "../deps"
import { pageDetail } from "../openapi"
import { withCookies } from "../page-headers"
import { ballotPage } from "../pages/ballot-page"
import type { Counts } from "../view/ballot-data"
import { defaultPoll } from "../voting"
import { mayShow } from "./tally"

/** A longer code is none, and nothing to be shown again. */
const MAX_CODE_CHARACTERS = 64

export function ballotPageRoutes(deps: Deps): <App extends AnyElysia>(app: App) => App {
  const { polls, trustedProxies } = deps
  return (app) => {
    app.get(
      "/",
      async ({ request, server }) => {
        const poll = await polls.poll(defaultPoll(await polls.index()))
        return show(deps, poll, new Client(request, server, trustedProxies), false)
      },
      { detail: pageDetail(false) },
    )
    app.get(
      "/polls/:poll",
      async ({ request, params, server }) =>
        show(deps, await polls.poll(params.poll), new Client(request, server, trustedProxies), false),
      { detail: pageDetail(true) },
    )
    app.get(
      "/embed/:poll",
      async ({ request, params, server }) =>
        show(deps, await polls.poll(params.poll), new Client(request, server, trustedProxies), true),
      { detail: pageDetail(true) },
    )
    return app
  }
}

/** The page already makes its reader a visitor, so that a double click on its form is one voter's. */
async function show(deps: Deps, poll: Poll, client: Client, embedded: boolean): Promise<Response> {
  const { request } = client
  const language = languageOf(request)
  const now = Date.now()
  const { searchParams } = new URL(request.url)
  const code = (searchParams.get("code") ?? "").slice(0, MAX_CODE_CHARACTERS)
  const theme = (["light", "dark"] as const).find((name) => embedded && name === searchParams.get("theme"))
  const page = { poll, language, embedded, theme, now, counts: await countsOf(deps, poll, now) }
  const headers = withCookies(deps, poll, client, deps.headers.page(language, embedded))
  if (code === "") return deps.sites.for(request).ballotPages.page(page).response(request, { headers })
  return compressedResponse(request, ballotPage(deps.sites.for(request).site, { ...page, code }), { headers })
}

/** Of a poll that is over, as far as everybody may see them; a page without them is better than none. */
async function countsOf({ tallies }: Deps, poll: Poll, now: number): Promise<Counts | null> {
  const phase = votingPhase(poll, now)
  if ((phase !== "closed" && phase !== "final") || !mayShow(poll, null)) return null
  return tallies.read(poll.id).catch(() => null)
}
