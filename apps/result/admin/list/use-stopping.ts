/** A poll that was paused or closed, until every shard has confirmed that it takes no more votes. */

import { useEffect, useState } from "preact/hooks"
import type { PollSummary } from "../views"

const ASK_MS = 1_000

type Stopping = Pick<PollSummary, "phase" | "stopping" | "closedAt">

/**
 * The poll with what its shards have confirmed by now. The page asks each second, as nothing tells it; a poll that stopped after
 * the page was served counts as stopping until there is an answer.
 */
export function useStopping(poll: PollSummary): PollSummary {
  const { id, phase } = poll
  const [known, setKnown] = useState<Stopping>(poll)
  const isStopped = phase === "paused" || phase === "closed"
  const isCertain = known.phase === phase && !known.stopping
  useEffect(() => {
    if (!isStopped || isCertain) return
    const ask = () => askFor(id).then((answer) => answer && setKnown(answer))
    const timer = setInterval(ask, ASK_MS)
    void ask()
    return () => clearInterval(timer)
  }, [id, isStopped, isCertain])
  if (!isStopped) return { ...poll, stopping: false }
  return known.phase === phase
    ? { ...poll, stopping: known.stopping, closedAt: known.closedAt }
    : { ...poll, stopping: true }
}

async function askFor(id: string): Promise<Stopping | null> {
  const answer = await fetch(`/api/polls/${id}?admin=1`, { cache: "no-store" }).catch(() => null)
  if (!answer?.ok) return null
  const { phase, closing, pausing, closedAt } = await answer.json()
  return { phase, stopping: closing || pausing, closedAt }
}
