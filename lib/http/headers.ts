/** Security headers for pages, which load nothing but files of their own app, for answers of an API, and for those files. */

import { TRUSTED_TYPES_POLICY } from "./trusted-types"

type PageHeaders = {
  /** Who may show the page in a frame: "'none'", or sources such as "*" for pages that are made for frames. */
  frameAncestors: string
  /** What scripts may talk to besides their own origin, such as "wss://result.example". */
  connect?: string[]
}

/** The header that each of these sets has: an answer with it has all of its set. */
export const MARK_OF_CLOSED = "cross-origin-resource-policy"

const COMMON = {
  "x-content-type-options": "nosniff",
  // Never no-referrer: browsers would then send `Origin: null` with our own forms.
  "referrer-policy": "same-origin",
} as const

const NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"

const FRAME_OPTIONS = new Map([
  ["'none'", "DENY"],
  ["'self'", "SAMEORIGIN"],
])

/** The headers of every page. */
export function pageHeaders({ frameAncestors, connect = [] }: PageHeaders): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' https: data:",
    `connect-src ${["'self'", ...connect].join(" ")}`,
    "form-action 'self'",
    "base-uri 'none'",
    // Markup reaches a page by our own policy alone (trusted-html.ts), whatever a script is handed.
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_TYPES_POLICY} default`,
    `frame-ancestors ${frameAncestors}`,
  ]
  // For browsers and scanners that know no frame-ancestors.
  const frameOptions = FRAME_OPTIONS.get(frameAncestors)
  return {
    ...COMMON,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    [MARK_OF_CLOSED]: frameOptions === undefined ? "cross-origin" : "same-origin",
    ...(frameOptions !== undefined && { "x-frame-options": frameOptions }),
  }
}

/** The headers of every answer that is data: a browser that opens it runs nothing in it. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...COMMON,
  "content-security-policy": NOTHING_RUNS,
  [MARK_OF_CLOSED]: "same-origin",
}

/** The headers of files that are the same for everybody. Pages of other sites load the script of embeds. */
export const fileHeaders: Readonly<Record<string, string>> = {
  ...apiHeaders,
  [MARK_OF_CLOSED]: "cross-origin",
}
