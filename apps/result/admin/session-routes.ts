/** Signing in and out. */

import { Problem } from "@tallyroom/lib/errors"
import { readForm } from "@tallyroom/lib/http/body"
import { languageOf } from "@tallyroom/lib/ui/language"
import { Elysia } from "elysia"
import { endSession } from "../access/session"
import { type AdminDeps, adminPage, adminTextIn, type Context, redirectTo, withCookies } from "./admin-pages"

const FORM_LIMIT = 8 * 1_024
const START = "/admin"

export function sessionRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-session", detail: { hide: true } })
    .get("/admin/sign-in", async ({ request, server }) => {
      const next = nextOf(new URL(request.url).searchParams.get("next"))
      return deps.access.isAdmin(request, server) ? redirectTo(next) : signInPage(deps, request, next)
    })
    .post("/admin/sign-in", (context) => signIn(deps, context), { parse: "none" })
    .post(
      "/admin/sign-out",
      async ({ request }) => {
        // Signing out twice does no harm.
        deps.access.refuseOtherSites(request)
        return withCookies(redirectTo("/admin/sign-in"), ...endSession(deps.site.isSecure(request)))
      },
      { parse: "none" },
    )
}

async function signIn(deps: AdminDeps, { request, server }: Context): Promise<Response> {
  const { token = "", next } = await readForm(request, FORM_LIMIT, { token: 1_000, next: 1_000 })
  try {
    return withCookies(redirectTo(nextOf(next ?? null)), deps.access.signIn(token.trim(), request, server))
  } catch (problem) {
    const message = problem instanceof Problem ? refusalMessage(problem, request) : null
    if (message === null || !(problem instanceof Problem)) throw problem
    const answer = signInPage(deps, request, nextOf(next ?? null), message, problem.status)
    for (const [name, value] of Object.entries(problem.headers())) answer.headers.set(name, value)
    return answer
  }
}

function signInPage(
  deps: AdminDeps,
  request: Request,
  next: string,
  error: string | null = null,
  status = 200,
): Response {
  const title = adminTextIn(languageOf(request)).t("controlRoom")
  return adminPage(deps, request, { page: "sign-in", next, error }, { title, status })
}

/** Why somebody was not signed in, in their language; null for what is no fault of the token. */
function refusalMessage({ kind, retryAfter = 0 }: Problem, request: Request): string | null {
  const { t } = adminTextIn(languageOf(request))
  if (kind === "token-needed") return t("wrongToken")
  return kind === "too-many-attempts" ? t("tooManyAttempts", { count: retryAfter }) : null
}

/** The page after signing in, of the control room alone: an address in a link must not lead an admin to another site. */
function nextOf(wanted: string | null): string {
  return wanted !== null && /^(?!.*\.\.)\/admin([/?][\w\-/?=&%.]*)?$/.test(wanted) ? wanted : START
}
