/** Security headers for pages, which load nothing but files of their own app, and for answers of an API. */

type PageHeaders = {
  /** Who may show the page in a frame: "'none'", or sources such as "*" for pages that are made for frames. */
  frameAncestors: string
  /** What scripts may talk to besides their own origin, such as "wss://result.example". */
  connect?: string[]
}

const COMMON = {
  "x-content-type-options": "nosniff",
  // Never no-referrer: browsers would then send `Origin: null` with our own forms.
  "referrer-policy": "same-origin",
} as const

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
    `frame-ancestors ${frameAncestors}`,
  ]
  return {
    ...COMMON,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    ...(frameAncestors === "'none'" && { "x-frame-options": "DENY" }),
  }
}

/** The headers of every answer that is data: a browser that opens it runs nothing in it. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...COMMON,
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
