/**
 * Which sites may show our /embed pages in a frame: one setting, which both apps that serve such pages have.
 *
 * A ballot in a frame acts for its reader: a site that lays it under something else makes people vote by a click, and as
 * browsers keep a storage for each site around a frame, a browser has a vote for each of them. So each site is named. Results
 * are read-only and made without cookies: who frames them gets no more than by reading them, and can make nobody do anything.
 */

import { commaSeparated, setting } from "../process/settings"

export type EmbedOrigins = {
  /** Sources for `frame-ancestors` of ballots, and of results. */
  ballots: string
  results: string
  /** The other sites that may show the ballot, as they were named. */
  sites: string[]
  /** What to tell an operator at the start; null for nothing. */
  note: string | null
}

const SOURCE = /^https?:\/\/(\*\.)?([a-z0-9.-]+|\[[a-f0-9:.]+\])(:(\d{1,5}|\*))?$/i
const NOBODY = "'none'"
const OWN = "'self'"
const ALL = "*"

/** The sites, as `frame-ancestors` takes them. */
export const embedOrigins = setting({
  schema: commaSeparated()
    .refine((sites) => sites.every((site) => site === ALL || site === "none" || SOURCE.test(site)), {
      error: "must be origins like https://team.example divided by commas, or none",
    })
    .transform(embedOriginsOf),
  default: "",
  description:
    "Sites that may show the ballot in a frame, each named, like https://team.example, divided by commas. Without one only the app's own pages may, and every site may show the read-only results; with one, those named may show both; none: nobody anything. Give vote and result the same.",
})

function embedOriginsOf(given: string[]): EmbedOrigins {
  if (given.includes("none")) return { ballots: NOBODY, results: NOBODY, sites: [], note: null }
  const sites = given.filter((site) => site !== ALL)
  const named = [OWN, ...sites].join(" ")
  const isForAll = sites.length < given.length
  const note = isForAll
    ? "EMBED_ORIGINS=* is for results alone: name each site that may show the ballot"
    : null
  return { ballots: named, results: isForAll || sites.length === 0 ? ALL : named, sites, note }
}

/** Whether the page around a frame, as the request for the frame's page names it, is known to be none of these sites. */
export function isFromElsewhere({ sites }: EmbedOrigins, request: Request): boolean {
  if (sites.length === 0) return true
  const referer = request.headers.get("referer")
  // Some browsers and pages don't say where a request comes from: then the browser still heeds frame-ancestors.
  if (referer === null || !URL.canParse(referer)) return false
  return !sites.some((site) => isOf(new URL(referer), site))
}

function isOf({ protocol, hostname, port }: URL, site: string): boolean {
  const [, scheme = "", host = "", named] = /^(https?:)\/\/(.*?)(?::(\d+|\*))?$/i.exec(site) ?? []
  const usual = scheme.toLowerCase() === "https:" ? "443" : "80"
  const isPort = named === ALL || (port || usual) === (named ?? usual)
  const lower = host.toLowerCase()
  const isHost = lower.startsWith("*.") ? hostname.endsWith(lower.slice(1)) : hostname === lower
  return protocol === scheme.toLowerCase() && isHost && isPort
}
