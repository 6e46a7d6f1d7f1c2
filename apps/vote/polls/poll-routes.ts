/** GET /api/polls, GET /api/polls/:poll and GET /api/polls/:poll/now: what can be voted on. */

import { Problem } from "@tallyroom/lib/errors"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { AnyElysia } from "elysia"
import type { Deps } from "../deps"
import { nowDetail, pollDetail, pollsDetail } from "../http/openapi"
import { pollNow, pollView } from "./poll-view"

/** As long as we ourselves keep what Redis said. */
const HEADERS = { ...apiHeaders, "cache-control": "public, max-age=1" }
/** As few as can be: these travel more often than any others. */
const NOW_HEADERS = new Headers({ "content-type": "application/json", "cache-control": "no-store" })

export function pollRoutes({ polls }: Pick<Deps, "polls">): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.get(
      "/api/polls",
      async () => {
        const index = await polls.index()
        const open = await Promise.all(index.open.map((id) => polls.poll(id).catch(nullIfUnknown)))
        const views = open.filter((poll) => poll !== null).map((poll) => pollView(poll, Date.now()))
        return Response.json({ default: index.default, polls: views }, { headers: HEADERS })
      },
      { detail: pollsDetail },
    )
    app.get(
      "/api/polls/:poll",
      async ({ params }) =>
        Response.json(pollView(await polls.poll(params.poll), Date.now()), { headers: HEADERS }),
      { detail: pollDetail },
    )
    app.get(
      "/api/polls/:poll/now",
      async ({ params }) => {
        const [poll, index] = await Promise.all([polls.poll(params.poll), polls.index().catch(() => null)])
        return new Response(JSON.stringify(pollNow(poll, index, Date.now())), { headers: NOW_HEADERS })
      },
      { detail: nowDetail },
    )
    return app
  }
}

/** A poll may go between the list and the look at it. */
function nullIfUnknown(error: unknown): Poll | null {
  if (error instanceof Problem && ["poll-unknown", "poll-deleted"].includes(error.kind)) return null
  throw error
}
