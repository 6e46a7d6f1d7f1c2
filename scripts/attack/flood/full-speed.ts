/** A flood of new voters at full speed: wrk votes as fast as it is answered, in a poll of its own. */

import { startFlood, UNDER_WAY } from "../../bench/figures/wrk"

export type FullSpeed = { stop(): Promise<Flooded> }

type Flooded = {
  /** In words, and by what that is about. */
  seen: Record<string, string>
  requests: number
  faults: string[]
  /** How many were told that they were accepted, and how many may have been without hearing of it. */
  accepted: number
  unheard: number
}

export async function startFullSpeed(voteUrl: string, poll: string): Promise<FullSpeed> {
  const flood = await startFlood(voteUrl, { path: `/api/polls/${poll}/votes`, body: '{"option":"a"}' })
  return {
    async stop() {
      const { seconds, accepted, refused, broken } = await flood.stop()
      const rate = Math.round(accepted / seconds)
      return {
        seen: {
          "the flood: votes accepted (in a second), refused": `${accepted.toLocaleString("en")} (${rate.toLocaleString("en")}), ${refused.toLocaleString("en")}`,
        },
        requests: accepted + refused,
        faults:
          broken === 0 ? [] : [`${broken} of the flood's connections failed, or waited longer than 2 s.`],
        ...{ accepted, unheard: UNDER_WAY + refused + broken },
      }
    },
  }
}
