/** What every page needs for its links. */
export type BallotSite = {
  /** From "ballot.css" to the address under which it is served. */
  asset: (name: string) => string
  /** Address of the result app, without a slash at its end. */
  resultUrl: string
}
