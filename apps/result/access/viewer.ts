/** Who sends a request, and as whom they watch. */

import { audienceOf, type Viewer } from "@tallyroom/lib/polls/audience"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import type { AdminAccess, Peers } from "./admin-access"

/** What a request shows of who sends it: that it is an admin's, and a receipt in its query. @throws {Problem} as `isAdmin` */
export function viewerOf(
  access: AdminAccess,
  request: Request,
  server: Peers,
  url = new URL(request.url),
): Viewer {
  return { admin: access.isAdmin(request, server), receipt: url.searchParams.get("receipt") }
}

/** As whom somebody follows a poll. The big screen of an admin shows the audience no more than the audience may see. */
export function watchesAs({ searchParams }: URL, viewer: Viewer, poll: Poll): Audience {
  const admin = viewer.admin && searchParams.get("view") !== "public"
  return audienceOf(poll, { ...viewer, admin })
}
