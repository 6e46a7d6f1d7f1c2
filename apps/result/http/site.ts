/** What all pages need to know about the app and about a request. */

import type { EmbedOrigins } from "@tallyroom/lib/http/embed-origins"
import { type Language, languageOf } from "@tallyroom/lib/ui/language"
import { voteAddressFor } from "./vote-address"

/** The app, as its pages need it. */
export type Site = {
  /** Returns the address of a file such as "results.css". */
  asset: (name: string) => string
  /** Address of the vote app. */
  voteUrl: string
  /** Who may show /embed pages in a frame. */
  embedOrigins: EmbedOrigins
  /** Whether the client used HTTPS, to this app or to a trusted proxy. */
  isSecure: (request: Request) => boolean
}

/** A request for a page: in which language, at which address, and under which addresses its links are. */
export type PageVisit = {
  site: Site
  language: Language
  /** The address that was asked for, with the host that the request names. */
  url: URL
  /** Returns the address of a path on the vote app. */
  voteAt: (path: string) => string
  /** `?theme=`, for frames and big screens. */
  theme: "light" | "dark" | undefined
}

export function visitOf(site: Site, request: Request): PageVisit {
  const url = new URL(request.url)
  const vote = voteAddressFor(request, site.voteUrl)
  const theme = url.searchParams.get("theme")
  return {
    ...{ site, url, language: languageOf(request) },
    voteAt: (path) => new URL(path, vote).href,
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  }
}

/** The path and query of a visit without its language, for the language switch. */
export function pathOf({ url }: PageVisit): string {
  const query = new URLSearchParams(url.search)
  query.delete("lang")
  return `${url.pathname}${query.size > 0 ? `?${query}` : ""}`
}
