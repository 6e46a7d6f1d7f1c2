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
  /** Whether a CDN answers what is the same for everybody: files, what open pages ask, and results pages. */
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
  /** Viewers who come and connect. */
  arrivals: number
  /** The pages that these load, and their files. */
  resultsPages: number
  resultsFiles: number
}

/** Each voter opens the page once and votes once; viewers come in as many minutes as voters do, evenly. */
export function loadOf({ voters, minutes, viewers, peak, stay, cdn }: Expectation): Load {
  const votes = (voters * peak) / (minutes * 60)
  const openPages = Math.min(voters, votes * stay)
  const arrivals = viewers / (minutes * 60)
  const ofUs = (count: number) => (cdn ? 0 : count)
  return {
    ...{ votes, pages: votes, files: ofUs(votes) },
    ...{ openPages, asks: ofUs(openPages * ASKS_A_SECOND) },
    ...{ viewers, arrivals, resultsPages: ofUs(arrivals), resultsFiles: ofUs(arrivals) },
  }
}
