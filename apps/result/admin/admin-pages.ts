/** The control room's pages as answers, for those who may see them. */

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
  /** Empty when people reach this app by the host that they name. */
  publicUrl: string
  /** Told the id of every poll that was changed here. */
  changed: (id: string) => void
}

/** What a route of Elysia is given, as far as it is needed here; an address without a poll has no parameters. */
export type Context = { request: Request; server: Peers; params?: Record<string, string | undefined> }

/** An admin's request. */
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

/** A route for admins; anybody else is led to the door. */
export function forAdmins(deps: AdminDeps, handle: (visit: AdminVisit) => Promise<Response>) {
  return async ({ request, server, params }: Context): Promise<Response> => {
    const url = new URL(request.url)
    if (!deps.access.isAdmin(request, server)) return redirectTo(doorFor(request.method, url))
    const language = languageOf(request)
    const text = adminTextIn(language)
    const flash = flashMessageIn(request.headers.get("cookie"), text)
    const secure = deps.site.isSecure(request)
    const answer = await handle({ request, url, id: params?.poll ?? "", language, text, secure, flash })
    return flash && isPage(answer) ? withCookie(answer, clearFlashMessage(secure)) : answer
  }
}

export function adminTextIn(language: Language): AdminText {
  return translator(language, adminMessages[language])
}

/** After signing in a reader goes on where they wanted to; what they sent is gone. */
function doorFor(method: string, { pathname, search }: URL): string {
  return method === "GET" ? `/admin/sign-in?next=${encodeURIComponent(pathname + search)}` : "/admin/sign-in"
}

/** Sends a browser there with a GET, after a form or instead of a page (RFC 9110, section 15.4.4). */
export function redirectTo(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store" } })
}

/** The same, to a page that says what was done with a poll. */
export function redirectWithFlash(
  path: string,
  message: FlashMessage,
  poll: string,
  { secure }: AdminVisit,
): Response {
  return withCookie(redirectTo(path), setFlashMessage(message, poll, secure))
}

/** The answer with one more cookie. */
export function withCookie(response: Response, cookie: string): Response {
  response.headers.append("set-cookie", cookie)
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

/** A page that was asked for by a form can't be asked for again in another language. */
function alternates(request: Request): string | undefined {
  if (request.method !== "GET") return undefined
  const { pathname, searchParams } = new URL(request.url)
  searchParams.delete("lang")
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** What could not be done, in a sentence; the detail is the API's. */
export function refusal(text: AdminText, { detail }: Problem): Notice {
  return { kind: "bad", text: text.t("failed", { detail }) }
}
