/** What comes at the busiest moment, from what a host expects. */

import { ASK_MS } from "../../../apps/vote/ballot/browser/use-counts"

/** Of one open page. */
export const ASKS_A_SECOND = 1_000 / ASK_MS

/** What is known, or assumed, of a vote. */
export type Expectation = {
  voters: number
  /** In which they vote. */
  minutes: number
  viewers: number
  /** How many times as many votes come in the busiest second as on average. */
  peak: number
  /** Seconds for which a voter has the ballot page open and in sight. */
  stay: number
  /** Whether a CDN answers what is the same for everybody: files, and what open pages ask. */
  cdn: boolean
}

/** A second, but for `viewers` and `openPages`, which are there at the same time. */
export type Load = {
  votes: number
  pages: number
  /** Of the files that pages load. */
  files: number
  openPages: number
  asks: number
  viewers: number
  /** Viewers who come: each loads the page, and connects. */
  arrivals: number
  arrivalFiles: number
}

/** Each voter opens the page once and votes once; viewers come in as many minutes as voters do, evenly. */
export function loadOf({ voters, minutes, viewers, peak, stay, cdn }: Expectation): Load {
  const votes = (voters * peak) / (minutes * 60)
  const openPages = Math.min(voters, votes * stay)
  const arrivals = viewers / (minutes * 60)
  return {
    ...{ votes, pages: votes, files: cdn ? 0 : votes },
    ...{ openPages, asks: cdn ? 0 : openPages * ASKS_A_SECOND },
    ...{ viewers, arrivals, arrivalFiles: cdn ? 0 : arrivals },
  }
}
