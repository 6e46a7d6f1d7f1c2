/** The addresses of a poll's pages: the shortest one, for typing, and the canonical one, to which all other spellings lead. */

import { type Poll, SLUG } from "../polls/poll"

/**
 * First parts of paths that never name a poll, on either app and with any contract. A poll with such an id is found at
 * /polls/<id> alone.
 */
export const RESERVED: ReadonlySet<string> = new Set([
  ...["admin", "api", "assets", "embed", "health", "healthz", "live", "livez", "metrics", "openapi", "polls"],
  ...["problems", "ready", "readyz", "receipts", "static", "vote", "vote-counts", "votes", "ws"],
])

/**
 * The shortest path on the vote app that leads to a poll's ballot: "/" for the default poll, else "/lunch", or
 * "/polls/api" where the id is reserved. It is for people who type it, and may lead on by a redirect.
 */
export function shortPath({ id, isDefault }: Pick<Poll, "id" | "isDefault">): string {
  if (isDefault) return "/"
  return RESERVED.has(id) ? `/polls/${id}` : `/${id}`
}

/** The poll that a short path such as "/lunch", "/LUNCH/", "/lunch." or "/%6cunch" may stand for; null for any other path. */
export function pollOfShortPath(path: string): string | null {
  const id = slugOf(/^\/([^/]+)\/*$/.exec(path)?.[1] ?? "")
  return id === null || RESERVED.has(id) ? null : id
}

/**
 * The canonical spelling of a page's path: small letters, no slash twice or at the end, no punctuation of the sentence
 * around it. A receipt stays as it is written, and so do paths that are not of a poll's pages.
 */
export function canonicalPath(path: string): string {
  const [, pages = "", typed = "", rest = ""] = /^\/+(polls|embed)\/+([^/]+)(.*)$/i.exec(path) ?? []
  const id = slugOf(typed)
  if (id === null) return path
  const parts = rest.split("/").map(withoutSentence).filter(Boolean)
  return `/${[pages.toLowerCase(), id, ...parts].join("/")}`
}

/** A redirect to the canonical spelling of the page's address (RFC 9110, section 15.4.9); null if the request has that. */
export function toCanonical(request: Request): Response | null {
  const { pathname, search } = new URL(request.url)
  const canonical = canonicalPath(pathname)
  return canonical === pathname ? null : leadOn(canonical + search, 308)
}

/** A redirect that no cache keeps: the address may lead to another poll tomorrow. */
export function leadOn(location: string, status: 302 | 303 | 308): Response {
  return new Response(null, { status, headers: { location, "cache-control": "no-store" } })
}

/** What to do about an id that names no poll. @param otherwise the advice if nothing is wrong with its spelling */
export function spellingHint(id: string, otherwise: string): string {
  const spelt = slugOf(id)
  return spelt === null || spelt === id ? otherwise : `ids are written in small letters, ask for ${spelt}`
}

/**
 * The id that somebody meant; null for none. People, keyboards and mail programs write capitals, full width and long dashes,
 * and add spaces, invisible characters or the full stop of a sentence.
 */
function slugOf(typed: string): string | null {
  try {
    const shown = decodeURIComponent(typed).normalize("NFKC").replace(UNSEEN, "")
    const id = shown
      .replace(AROUND, "")
      .replace(/\p{Pd}/gu, "-")
      .toLowerCase()
    return SLUG.test(id) ? id : null
  } catch {
    return null
  }
}

/** A later part of the path without the punctuation around it; a part that can't be decoded stays as it is. */
function withoutSentence(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part).replace(UNSEEN, "").replace(AROUND, ""))
  } catch {
    return part
  }
}

const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu
/** What programs take for a part of the link: all punctuation but dashes and low lines, which ids and receipts have. */
const AROUND = /^[\s\p{Ps}\p{Pi}\p{Pe}\p{Pf}\p{Po}<>]+|[\s\p{Ps}\p{Pi}\p{Pe}\p{Pf}\p{Po}<>]+$/gu
