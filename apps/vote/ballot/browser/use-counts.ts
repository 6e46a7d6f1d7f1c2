/**
 * What the page asks for again and again: the state of the poll, and with it the live tally once the voter has voted or the
 * poll is over.
 */

import { useEffect, useRef, useState } from "preact/hooks"
import type { OwnVote } from "../../casting/cast-ballot"
import { intervalIn } from "../../polls/asking-answers"
import { ASK_MS } from "../../polls/asking-pace"
import type { Counts } from "../../polls/tallies"
import { type BallotData, hasCounts, type PollFacts } from "../view/ballot-data"
import { askPoll } from "./ask-poll"
import { every } from "./every"
import { leave } from "./leave"
import type { PollNow } from "./use-poll"

type Answer = PollNow & Partial<Counts>

/**
 * The newest counts that this voter may see; null while there are none.
 * @param hear is called with the state of the poll and the server's time (ms)
 */
export function useCounts(
  data: BallotData,
  poll: PollFacts,
  standing: OwnVote | null,
  hear: (now: PollNow, at: number) => Promise<void>,
): Counts | null {
  const [counts, setCounts] = useState(data.counts)
  const latest = useRef(hear)
  latest.current = hear
  const { id, results, phase } = poll
  const wanted = hasCounts(poll, standing !== null)
  const query = results === "after-vote" && standing ? `?receipt=${standing.receipt}` : ""
  useEffect(() => {
    const ask = (what: string) => askPoll(`${id}/${what}`)
    const stop = every(ASK_MS, async () => {
      let response = await ask(wanted ? `tally${query}` : "now")
      // Without a tally, the poll itself may still have changed.
      if (wanted && !response.ok) response = await ask("now")
      // The poll was deleted, and the server has a page that says so.
      if (response.status === 410) leave(() => location.reload())
      if (!response.ok) throw new Error("No news")
      const answer = (await response.json()) as Answer
      if (answer.votes) setCounts((old) => newer(old, answer as Counts))
      await latest.current(answer, Date.parse(response.headers.get("date") ?? ""))
      if (phase === "final" && answer.votes && !data.follow) stop()
      return intervalIn(response.headers)
    })
    return stop
  }, [data, wanted, id, query, phase])
  return counts
}

function newer(old: Counts | null, newest: Counts): Counts {
  return old && old.version >= newest.version ? old : newest
}
