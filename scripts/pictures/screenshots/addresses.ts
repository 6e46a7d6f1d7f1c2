/** Where the pages of the pictures are: by names as an event would have, on ports of this machine. */

export const ADDRESSES = {
  vote: "http://vote.example",
  result: "http://results.example",
  /** The site of a team that shows polls in its own page. */
  host: "http://team.example",
  /** The same site at a name under the ballot's: in a frame there the browser remembers its voter, and so lets vote. */
  neighbour: "http://team.vote.example",
} as const

export type PagePorts = { votePort: string; resultPort: string; hostPort: string }
