/** Where the pages of the pictures are: by names as an event would have, on ports of this machine. */

export const ADDRESSES = {
  vote: "http://vote.meetup.example",
  result: "http://results.meetup.example",
  /** The site of a team that shows polls in its own page. */
  host: "http://www.team.example",
} as const

export type Places = { votePort: string; resultPort: string; hostPort: string }
