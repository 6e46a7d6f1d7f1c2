import type { Viewer } from "@tallyroom/lib/polls/audience"
import type { AdminAccess, Peers } from "./admin-access"

/** What a request shows of who sends it: that it is an admin's, and a receipt in its query. @throws {Problem} as `isAdmin` */
export function viewerOf(access: AdminAccess, request: Request, server: Peers): Viewer {
  return {
    admin: access.isAdmin(request, server),
    receipt: new URL(request.url).searchParams.get("receipt"),
  }
}
