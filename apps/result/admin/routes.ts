/** The routes of the control room. */

import { apiHeaders } from "@tallyroom/lib/http/headers"
import { Elysia } from "elysia"
import { PRIVATE } from "../http/cache-control"
import { type AdminDeps, adminPage, forAdmins } from "./admin-pages"
import { codeRoutes } from "./codes/code-routes"
import { editRoutes } from "./edit/edit-routes"
import { readHealth } from "./health/health"
import { placeRoutes } from "./list/place-routes"
import { adminPollRoutes } from "./poll/poll-routes"
import { removalRoutes } from "./poll/removal-routes"
import { sessionRoutes } from "./session-routes"

/** Every route below /admin. */
export function adminRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin", detail: { hide: true } })
    .use(sessionRoutes(deps))
    .use(adminPollRoutes(deps))
    .use(editRoutes(deps))
    .use(placeRoutes(deps))
    .use(removalRoutes(deps))
    .use(codeRoutes(deps))
    .get(
      "/admin/health",
      forAdmins(deps, async ({ request, text }) => {
        const health = await readHealth(deps.sql)
        return adminPage(deps, request, { page: "health", health }, { title: text.t("health") })
      }),
    )
    .get(
      "/admin/health.json",
      forAdmins(deps, async () => {
        const headers = { ...apiHeaders, "cache-control": PRIVATE }
        return Response.json(await readHealth(deps.sql), { headers })
      }),
    )
}
