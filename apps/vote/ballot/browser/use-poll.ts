/** The poll as it is now: the page shows by itself, and by the server's clock, that it opens and closes. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { BallotData, PollFacts } from "../view/ballot-data"
import { askPoll } from "./ask-poll"
import { leave } from "./leave"

const TICK_MS = 1_000
/** No answer is that late. If the clocks differ by more, the browser's clock was set anew, as a phone's network may do. */
const SET_ANEW_MS = 60_000

/** What the server says each second about the poll, and the id of the default poll. */
export type PollNow = Pick<PollFacts, "revision" | "phase"> & { number: number; default: string | null }

export function usePoll(data: BallotData) {
  const [poll, setPoll] = useState(data.poll)
  const [now, setNow] = useState(data.now)
  const ahead = useRef(0)
  // The server does not know the reader's time zone: its page names UTC, until this script runs.
  const [timeZone, setTimeZone] = useState<string | undefined>("UTC")
  /** The newest revision that any vote app told. Another one may know only an older revision, to which the page never goes back. */
  const newest = useRef(data.poll.revision)
  /** @param onGone is called when there is no such poll */
  const refresh = async (onGone?: () => void) => {
    const response = await askPoll(data.poll.id, { cache: "no-cache" })
    if (response.status === 404 || response.status === 410) onGone?.()
    if (!response.ok) return
    const { number, ...facts } = (await response.json()) as Partial<PollFacts> &
      Pick<PollNow, "number" | "revision">
    const isSame = number === data.pollNumber
    if (isSame && facts.revision < newest.current) return
    // Another poll has this id now, or the poll needs messages that this page does not have.
    if (!isSame || needsMore(data.poll, facts)) return leave(() => location.reload())
    newest.current = facts.revision
    setPoll((old) => ({ ...old, ...facts }))
  }
  useEffect(() => {
    setTimeZone(undefined)
    ahead.current = data.now - Date.now()
    const tick = () => setNow(Date.now() + ahead.current)
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [data])
  return {
    ...{ poll, now, timeZone },
    /** Takes in what the server says; the poll is read again only if it has changed. */
    hear: async ({ number, revision, phase }: PollNow, at: number) => {
      at -= Date.now()
      if (Math.abs(at - ahead.current) > SET_ANEW_MS) ahead.current = at
      if (number !== data.pollNumber || revision > newest.current) await refresh()
      else if (revision === newest.current && phase !== poll.phase) setPoll((old) => ({ ...old, phase }))
    },
    /** Reads the poll again because a ballot was not taken. If the poll is gone, the server has a page that says so. */
    readAgain: () => void refresh(() => leave(() => location.reload())).catch(() => {}),
  }
}

const TERMS = ["policy", "results", "eligibility", "confirm", "ballot", "mixed"] as const

/** Whether the poll became one for which the page carries no messages (messages-for.ts), or no order of these options. */
function needsMore(old: PollFacts, { phase, ...facts }: Partial<PollFacts>): boolean {
  if (phase === "scheduled") return phase !== old.phase
  return TERMS.some((name) => JSON.stringify(facts[name]) !== JSON.stringify(old[name]))
}
