/** The live tally beside a ballot that was cast, or of a poll that is closed. */

import { useEffect, useState } from "preact/hooks"
import { type BallotData, type Counts, countsShown, type PollFacts, type Standing } from "../view/ballot-data"
import { every } from "./every"

const ASK_MS = 1_000

/** The newest counts that this voter may see; null while there are none. */
export function useCounts(data: BallotData, poll: PollFacts, standing: Standing | null): Counts | null {
  const [counts, setCounts] = useState(data.counts)
  const over = poll.phase === "closed" || poll.phase === "final"
  const wanted =
    (over || ((poll.phase === "open" || poll.phase === "paused") && standing !== null)) &&
    countsShown(poll, standing !== null)
  const { id, results, phase } = poll
  const receipt = results === "after-vote" ? standing?.receipt : undefined
  useEffect(() => {
    if (!wanted) return
    const stop = every(ASK_MS, async () => {
      const response = await fetch(`/api/polls/${id}/tally${receipt ? `?receipt=${receipt}` : ""}`)
      if (!response.ok) return
      const newest = (await response.json()) as Counts
      setCounts((old) => (old && old.version >= newest.version ? old : newest))
      if (phase === "final") stop()
    })
    return stop
  }, [wanted, id, receipt, phase])
  return counts
}
