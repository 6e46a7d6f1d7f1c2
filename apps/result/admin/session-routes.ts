/** Signing in and out. */

import { Problem } from "@tallyroom/lib/errors"
import { readForm } from "@tallyroom/lib/http/body"
import { languageOf } from "@tallyroom/lib/ui/language"
import { Elysia } from "elysia"
import { endSession } from "../access/session"
import { type AdminDeps, adminPage, type Context, leadTo, withCookie, wordsIn } from "./admin-pages"

const FORM_LIMIT = 8 * 1_024
const START = "/admin"

export function sessionRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-session", detail: { hide: true } })
    .get("/admin/sign-in", async ({ request, server }) => {
      const next = nextOf(new URL(request.url).searchParams.get("next"))
      return deps.access.isAdmin(request, server) ? leadTo(next) : door(deps, request, next)
    })
    .post("/admin/sign-in", (context) => signIn(deps, context), { parse: "none" })
    .post(
      "/admin/sign-out",
      async ({ request, server }) => {
        // Throws where another site asks for it; who is signed out already may be so again.
        deps.access.isAdmin(request, server)
        return withCookie(leadTo("/admin/sign-in"), endSession(deps.site.isSecure(request)))
      },
      { parse: "none" },
    )
}

async function signIn(deps: AdminDeps, { request, server }: Context): Promise<Response> {
  const { token = "", next } = await readForm(request, FORM_LIMIT, { token: 1_000, next: 1_000 })
  try {
    return withCookie(leadTo(nextOf(next ?? null)), deps.access.signIn(token.trim(), request, server))
  } catch (error) {
    const fault = error instanceof Problem ? complaint(error, request) : null
    if (fault === null || !(error instanceof Problem)) throw error
    const answer = door(deps, request, nextOf(next ?? null), fault, error.status)
    for (const [name, value] of Object.entries(error.headers())) answer.headers.set(name, value)
    return answer
  }
}

function door(
  deps: AdminDeps,
  request: Request,
  next: string,
  fault: string | null = null,
  status = 200,
): Response {
  const title = wordsIn(languageOf(request)).t("controlRoom")
  return adminPage(deps, request, { page: "sign-in", next, fault }, { title, status })
}

function complaint({ kind, retryAfter = 0 }: Problem, request: Request): string | null {
  const { t } = wordsIn(languageOf(request))
  if (kind === "token-needed") return t("wrongToken")
  return kind === "too-many-attempts" ? t("tooManyAttempts", { count: retryAfter }) : null
}

/** Only into the control room: an address in a link must not lead a signed-in admin elsewhere. */
function nextOf(wanted: string | null): string {
  return wanted !== null && /^(?!.*\.\.)\/admin([/?][\w\-/?=&%.]*)?$/.test(wanted) ? wanted : START
}
