/** The poll as it is now: it opens and closes on the page by itself, by the server's clock. */

import { useCallback, useEffect, useState } from "preact/hooks"
import type { BallotData, PollFacts } from "../view/ballot-data"
import { every } from "./every"

const TICK_MS = 1_000
/** How often the server is asked whether the phase has changed. */
const ASK_MS = {
  draft: 5_000,
  scheduled: 5_000,
  open: 15_000,
  paused: 2_000,
  closed: 3_000,
  final: null,
} as const
/** The moment has come: it opens or closes at any time now. */
const DUE_MS = 1_000

export function usePoll(data: BallotData) {
  const [poll, setPoll] = useState(data.poll)
  const [now, setNow] = useState(data.now)
  // The server can't know the reader's time zone: its page names its own, until this one runs.
  const [timeZone, setTimeZone] = useState<string | undefined>("UTC")
  /** @param onGone hears that there is no such poll */
  const refresh = useCallback(
    async (onGone?: () => void) => {
      const response = await fetch(`/api/polls/${data.poll.id}`)
      if (response.status === 404 || response.status === 410) onGone?.()
      if (!response.ok) return
      const { number, ...facts } = (await response.json()) as Partial<PollFacts> & { number: number }
      // Another poll stands under this id now: nothing on this page is true of it.
      if (number !== data.pollNumber) return location.reload()
      setPoll((old) => (same(old, facts) ? old : { ...old, ...facts }))
    },
    [data],
  )
  useEffect(() => {
    setTimeZone(undefined)
    const offset = data.now - Date.now()
    const tick = () => setNow(Date.now() + offset)
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [data])
  const ms = isDue(poll, now) ? DUE_MS : ASK_MS[poll.phase]
  useEffect(() => (ms === null ? undefined : every(ms, () => refresh())), [ms, refresh])
  return {
    ...{ poll, now, timeZone },
    /** Looks because a ballot was not taken; for a poll that is gone the server has a page. */
    lookAgain: () => void refresh(() => location.reload()).catch(() => {}),
  }
}

function same(old: PollFacts, facts: Partial<PollFacts>): boolean {
  return JSON.stringify({ ...old, ...facts }) === JSON.stringify(old)
}

function isDue({ phase, opensAt, closesAt }: PollFacts, now: number): boolean {
  if (phase === "scheduled") return opensAt !== null && Date.parse(opensAt) <= now
  return (phase === "open" || phase === "paused") && closesAt !== null && Date.parse(closesAt) <= now
}
