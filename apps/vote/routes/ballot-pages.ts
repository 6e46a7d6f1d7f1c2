/** GET / and GET /polls/:poll: the pages on which people vote. */

import { pageHeaders } from "@tallyroom/lib/http/headers"
import type { Poll } from "@tallyroom/lib/polls"
import type { AnyElysia } from "elysia"
import { Client } from "../client"
import type { Deps } from "../deps"
import { pageDetail } from "../openapi"
import { ballotPage } from "../pages/ballot-page"
import { defaultPoll } from "../voting"

/** A longer code is none, and nothing to be shown again. */
const MAX_CODE_CHARACTERS = 64

const HEADERS = { ...pageHeaders({ frameAncestors: "'none'" }), "cache-control": "no-store" }

export function ballotPageRoutes(deps: Deps): <App extends AnyElysia>(app: App) => App {
  const { polls, trustedProxies } = deps
  return (app) => {
    app.get(
      "/",
      async ({ request, server }) => {
        const poll = await polls.poll(defaultPoll(await polls.index()))
        return show(deps, poll, new Client(request, server, trustedProxies))
      },
      { detail: pageDetail(false) },
    )
    app.get(
      "/polls/:poll",
      async ({ request, params, server }) =>
        show(deps, await polls.poll(params.poll), new Client(request, server, trustedProxies)),
      { detail: pageDetail(true) },
    )
    return app
  }
}

/** The page already makes its reader a visitor, so that a double click on its form is one voter's. */
function show({ site, door }: Deps, poll: Poll, client: Client): Response {
  const code = new URL(client.request.url).searchParams.get("code") ?? ""
  const page = ballotPage(site, poll, Date.now(), code.slice(0, MAX_CODE_CHARACTERS))
  const visitor = door.visitors.read(client.header("cookie")) ?? door.visitors.create()
  const sets = poll.eligibility === "browser" && visitor.stale
  const cookie = sets ? { "set-cookie": door.visitors.setCookie(visitor, client.isSecure()) } : {}
  return new Response(page, { headers: { ...HEADERS, ...cookie } })
}
