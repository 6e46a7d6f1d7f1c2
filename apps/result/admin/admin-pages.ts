/** The pages of the control room as responses, for admins alone. */

import type { Database } from "@tallyroom/lib/database"
import type { Problem } from "@tallyroom/lib/errors"
import { translator } from "@tallyroom/lib/ui/i18n"
import { type Language, languageOf } from "@tallyroom/lib/ui/language"
import { renderPage } from "@tallyroom/lib/ui/page"
import { h } from "preact"
import type { AdminAccess, Peers } from "../access/admin-access"
import { answerPage } from "../http/answer"
import { PRIVATE } from "../http/cache-control"
import type { Site } from "../http/site"
import { AdminApp, type AdminData } from "./admin-app"
import { adminMessages } from "./admin-messages"
import type { AdminText } from "./admin-text"
import { clearFlashMessage, type FlashMessage, flashMessageIn, setFlashMessage } from "./flash-message"
import { Nav } from "./nav"
import type { AdminView, Notice } from "./views"

export type AdminDeps = {
  sql: Database
  access: AdminAccess
  site: Site
  /** The address of this app for people; empty if it is the host that a request names. */
  publicUrl: string
  /** Called with the id of every poll that was changed here. */
  changed: (id: string) => void
}

/** The part of Elysia's context that is needed here. An address without a poll has no parameters. */
export type Context = { request: Request; server: Peers; params?: Record<string, string | undefined> }

/** The request of an admin for a page of the control room. */
export type AdminVisit = {
  request: Request
  url: URL
  /** The poll that the address names. */
  id: string
  language: Language
  text: AdminText
  /** Whether the browser came by HTTPS. */
  secure: boolean
  /** The flash message that the form before left. */
  flash: Notice | null
}

/** A route for admins. Anybody else is redirected to the page for signing in. */
export function forAdmins(deps: AdminDeps, handle: (visit: AdminVisit) => Promise<Response>) {
  return async ({ request, server, params }: Context): Promise<Response> => {
    const url = new URL(request.url)
    if (!deps.access.isAdmin(request, server)) return redirectTo(signInAddress(request.method, url))
    const language = languageOf(request)
    const text = adminTextIn(language)
    const flash = flashMessageIn(request.headers.get("cookie"), text)
    const secure = deps.site.isSecure(request)
    const answer = await handle({ request, url, id: params?.poll ?? "", language, text, secure, flash })
    return flash && isPage(answer) ? withCookies(answer, ...clearFlashMessage(secure)) : answer
  }
}

export function adminTextIn(language: Language): AdminText {
  return translator(language, adminMessages[language])
}

/** The page for signing in, which leads on to the page that was asked for. What a form sent is lost. */
function signInAddress(method: string, { pathname, search }: URL): string {
  return method === "GET" ? `/admin/sign-in?next=${encodeURIComponent(pathname + search)}` : "/admin/sign-in"
}

/** Redirects a browser with a GET, after a form or instead of a page (RFC 9110, section 15.4.4). */
export function redirectTo(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store" } })
}

/** The same, to a page that shows a flash message about a poll. */
export function redirectWithFlash(
  path: string,
  message: FlashMessage,
  poll: string,
  { secure }: AdminVisit,
): Response {
  return withCookies(redirectTo(path), setFlashMessage(message, poll, secure))
}

/** The response with more cookies. */
export function withCookies(response: Response, ...cookies: string[]): Response {
  for (const cookie of cookies) response.headers.append("set-cookie", cookie)
  return response
}

function isPage({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/html") ?? false
}

/** A page of the control room. */
export function adminPage(
  { site }: Pick<AdminDeps, "site">,
  request: Request,
  view: AdminView,
  { title, status = 200 }: { title: string; status?: number },
): Response {
  const language = languageOf(request)
  const data: AdminData = { language, messages: adminMessages[language], view }
  const html = renderPage({
    ...{ language, title, data, bodyClass: "admin", home: "/admin" },
    stylesheet: site.asset("admin.css"),
    script: site.asset("admin.js"),
    alternates: alternates(request),
    nav: view.page === "sign-in" ? undefined : h(Nav, { text: adminTextIn(language) }),
    children: h(AdminApp, data),
  })
  return answerPage(site, request, html, { cache: PRIVATE, status })
}

/** The address of the page for the language switch. The answer to a form has none, as it can't be asked for again. */
function alternates(request: Request): string | undefined {
  if (request.method !== "GET") return undefined
  const { pathname, searchParams } = new URL(request.url)
  searchParams.delete("lang")
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** Says that something could not be done, with the detail that the API gives. */
export function refusal(text: AdminText, { detail }: Problem): Notice {
  return { kind: "bad", text: text.t("failed", { detail }) }
}
