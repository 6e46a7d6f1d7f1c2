/** The addresses of a poll's pages: the shortest one to be typed, and the one to which all other spellings lead. */

import { type Poll, SLUG } from "../polls/poll"

/**
 * First parts of paths that are something else than a poll on either app, whatever it answers beside its own API. A poll
 * with such an id is found at /polls/<id> alone.
 */
export const RESERVED: ReadonlySet<string> = new Set([
  ...["admin", "api", "assets", "embed", "health", "healthz", "live", "livez", "metrics", "openapi", "polls"],
  ...["problems", "ready", "readyz", "receipts", "static", "vote", "vote-counts", "votes", "ws"],
])

/**
 * The shortest path on the vote app that leads to a poll's ballot: "/" for the default poll, else "/lunch", or
 * "/polls/api" where the id alone means something else there. For what people type; it may lead on by a redirect.
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
 * The one spelling of a page's path: small letters, no slash twice or at the end, nothing of the sentence around it. A
 * receipt stays as it is written. Paths of other things than a poll's pages stay, too.
 */
export function canonicalPath(path: string): string {
  const [, pages = "", typed = "", rest = ""] = /^\/+(polls|embed)\/+([^/]+)(.*)$/i.exec(path) ?? []
  const id = slugOf(typed)
  if (id === null) return path
  const parts = rest.split("/").map(withoutSentence).filter(Boolean)
  return `/${[pages.toLowerCase(), id, ...parts].join("/")}`
}

/** Leads a reader to the one spelling of the page's address (RFC 9110, section 15.4.9); null for who is there already. */
export function toCanonical(request: Request): Response | null {
  const { pathname, search } = new URL(request.url)
  const canonical = canonicalPath(pathname)
  return canonical === pathname ? null : leadOn(canonical + search, 308)
}

/** A redirect that nobody keeps: what stands at an address may be another poll tomorrow. */
export function leadOn(location: string, status: 302 | 303 | 308): Response {
  return new Response(null, { status, headers: { location, "cache-control": "no-store" } })
}

/** What to do about an id that names no poll. @param otherwise where nothing is wrong with its spelling */
export function spellingHint(id: string, otherwise: string): string {
  const spelt = slugOf(id)
  return spelt === null || spelt === id ? otherwise : `ids are written in small letters, ask for ${spelt}`
}

/**
 * As people, their keyboards and their mail programs write it: in capitals, in full width, with a long dash, with a space or
 * something that can't be seen, with the full stop of its sentence.
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

/** A later part of the path; what is none of ours stays. */
function withoutSentence(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part).replace(UNSEEN, "").replace(AROUND, ""))
  } catch {
    return part
  }
}

const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu
/** What a program that makes links of addresses takes along: of punctuation all but dashes and low lines, which ids and receipts have. */
const AROUND = /^[\s\p{Ps}\p{Pi}\p{Pe}\p{Pf}\p{Po}<>]+|[\s\p{Ps}\p{Pi}\p{Pe}\p{Pf}\p{Po}<>]+$/gu
