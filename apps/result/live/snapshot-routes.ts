/** The snapshot of a poll over HTTP, for viewers whose network lets no WebSocket through: each asks for it again and again. */

import { ANYBODY } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { seesCounts } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { AdminAccess } from "../access/admin-access"
import { mayKnow, requirePoll } from "../access/audience"
import { viewerOf, watchesAs } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { conditional } from "../http/conditional"
import type { OutcomeReads } from "../outcome/outcome-reads"
import { outcomeInTime } from "../outcome/ranking-data"
import { snapshotDetail } from "./snapshot-openapi"
import { messageFor, versionFor } from "./watched"

export type SnapshotOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  outcomes: OutcomeReads
  /** Is called whenever somebody asks for a poll that there is for them. */
  asked: () => void
}

export function snapshotRoutes({ access, tallies, outcomes, asked }: SnapshotOptions) {
  return new Elysia({ name: "snapshots" }).get(
    "/api/polls/:poll/snapshot",
    async ({ request, server, params }) => {
      const url = new URL(request.url)
      const viewer = viewerOf(access, request, server, url)
      const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
      asked()
      const { poll } = tally
      const audience = watchesAs(url, viewer, poll)
      const outcome = seesCounts(poll, audience) ? await outcomeInTime(outcomes, tally) : null
      const body = () =>
        messageFor({ latest: tally, outcome, knownAt: performance.now(), isToldOld: false }, audience, null)
      const decided = outcome ? `.${outcome.version}.${outcome.final ? "final" : "now"}` : ""
      return conditional(request, body, {
        tag: `${poll.number}.${versionFor(tally, audience)}${decided}`,
        // What an admin sees as the public does may be of a poll of which the public must not know.
        audience: mayKnow(poll, ANYBODY) ? audience : "admin",
        headers: { "content-type": "application/json" },
      })
    },
    { detail: snapshotDetail },
  )
}
