/** The headers of pages, which are made once for each language, and the cookies that a page sets. */

import { pageHeaders } from "@tallyroom/lib/http/headers"
import {
  type Language,
  languageCookie,
  languageHeaders,
  languageToRemember,
} from "@tallyroom/lib/ui/language"
import type { Client } from "../voter/client"
import type { EligibilityDeps } from "../voter/eligibility"
import { mustSetCookie, type Visitor } from "../voter/visitor"

export class PageHeaders {
  private readonly made = new Map<string, Headers>()

  /** @param embedOrigins the sites that may show the ballot in a frame, as sources of a frame-ancestors directive */
  constructor(private readonly embedOrigins: string) {}

  /** These are shared, as making Headers is costly: copy them before you change them. */
  page(language: Language, embedded: boolean): Headers {
    const key = `${language} ${embedded}`
    const held = this.made.get(key)
    if (held) return held
    const frameAncestors = embedded ? this.embedOrigins : "'none'"
    const headers = new Headers({
      ...pageHeaders({ frameAncestors }),
      ...languageHeaders(language),
      "cache-control": "no-store",
    })
    this.made.set(key, headers)
    return headers
  }
}

/** A copy of the headers, with a cookie for the language if the reader chose one. */
export function withLanguage(client: Client, from: Headers): Headers {
  const headers = new Headers(from)
  const chosen = languageToRemember(client.request)
  if (chosen) headers.append("set-cookie", languageCookie(chosen, client.isSecure()))
  return headers
}

/**
 * A copy of the headers, with cookies for the chosen language and for the visitor: where a code or a network votes, too, only the
 * browser that voted is told what stands.
 */
export function withCookies(
  { eligibility }: { eligibility: EligibilityDeps },
  client: Client,
  visitor: Visitor,
  from: Headers,
): Headers {
  const headers = withLanguage(client, from)
  if (mustSetCookie(visitor, () => client.isSecure()))
    headers.append("set-cookie", eligibility.visitors.setCookie(visitor, client.isSecure()))
  return headers
}
