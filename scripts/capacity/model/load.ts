/** What comes at the busiest moment, from what a host expects. */

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

/** A second, but for `viewers`, `openPages` and `asking`, which are there at the same time. */
export type Load = {
  votes: number
  pages: number
  /** Of the files that pages load. */
  files: number
  openPages: number
  /** Of these, which ask us how the poll stands. */
  asking: number
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
    ...{ openPages, asking: ofUs(openPages) },
    ...{ viewers, arrivals, resultsPages: ofUs(arrivals), resultsFiles: ofUs(arrivals) },
  }
}
