/** What the answers share for which open ballot pages ask again and again: each says when to ask the next time. */

import type { AskingPace } from "./asking-pace"

/** In ms. GitLab's pages go by the same header. */
export const POLL_INTERVAL = "poll-interval"

/** When these headers say to ask again, in ms; 0 where they do not, as those of an earlier vote app, or not by one number. */
export function intervalIn(headers: Headers): number {
  return Number(headers.get(POLL_INTERVAL)) || 0
}

export type AskingDeps = { asking: Pick<AskingPace, "next"> }

export const ASK_AGAIN = "Ask again when `Poll-Interval` says: later, the more pages ask."

/** For the OpenAPI document. */
export const intervalHeader = {
  headers: {
    "Poll-Interval": {
      description: "Milliseconds until the page is to ask again.",
      schema: { type: "integer", minimum: 1_000 },
    },
  },
} as const

/** These headers and the interval; making headers is costly, and there are few intervals. */
export function withInterval(headers: Record<string, string>): (interval: number) => Headers {
  const made = new Map<number, Headers>()
  return (interval) => {
    const held = made.get(interval)
    if (held) return held
    const all = new Headers({ ...headers, [POLL_INTERVAL]: String(interval) })
    made.set(interval, all)
    return all
  }
}
