/** The poll as it is now: it opens and closes on the page by itself, by the server's clock. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks"
import type { BallotData, PollFacts } from "../view/ballot-data"
import { leave } from "./leave"

const TICK_MS = 1_000
/** No answer is that late: further off than this, the browser's own clock was set anew, as by a phone's network. */
const SET_ANEW_MS = 60_000

/** What the server says of the poll each second, and which one is the default. */
export type PollNow = Pick<PollFacts, "revision" | "phase"> & { number: number; default: string | null }

export function usePoll(data: BallotData) {
  const [poll, setPoll] = useState(data.poll)
  const [now, setNow] = useState(data.now)
  const ahead = useRef(0)
  // The server can't know the reader's time zone: its page names its own, until this one runs.
  const [timeZone, setTimeZone] = useState<string | undefined>("UTC")
  /** Of several vote apps one may know less than another has told already: the page never goes back. */
  const newest = useRef(data.poll.revision)
  /** @param onGone hears that there is no such poll */
  const refresh = useCallback(
    async (onGone?: () => void) => {
      const response = await fetch(`/api/polls/${data.poll.id}`, { cache: "no-cache" })
      if (response.status === 404 || response.status === 410) onGone?.()
      if (!response.ok) return
      const { number, ...facts } = (await response.json()) as Partial<PollFacts> &
        Pick<PollNow, "number" | "revision">
      const isSame = number === data.pollNumber
      if (isSame && facts.revision < newest.current) return
      // Another poll stands under this id now, or it asks for what is not on this page.
      if (!isSame || needsMore(data.poll, facts)) return leave(() => location.reload())
      newest.current = facts.revision
      setPoll((old) => ({ ...old, ...facts }))
    },
    [data],
  )
  useEffect(() => {
    setTimeZone(undefined)
    ahead.current = data.now - Date.now()
    const tick = () => setNow(Date.now() + ahead.current)
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [data])
  return {
    ...{ poll, now, timeZone },
    /** Takes in what the server says; the poll is read again only where it is another one. */
    hear: async ({ number, revision, phase }: PollNow, at: number) => {
      at -= Date.now()
      if (Math.abs(at - ahead.current) > SET_ANEW_MS) ahead.current = at
      if (number !== data.pollNumber || revision > newest.current) await refresh()
      else if (revision === newest.current && phase !== poll.phase) setPoll((old) => ({ ...old, phase }))
    },
    /** Looks because a ballot was not taken; for a poll that is gone the server has a page. */
    lookAgain: () => void refresh(() => leave(() => location.reload())).catch(() => {}),
  }
}

/** Whether the poll became one for which the page carries no messages (pages/messages-for.ts). */
function needsMore(
  old: PollFacts,
  { phase, policy, results, eligibility, confirm }: Partial<PollFacts>,
): boolean {
  if (phase === "draft" || (phase === "scheduled" && old.phase !== "draft")) return phase !== old.phase
  const terms = [policy, results, eligibility, confirm]
  return `${terms}` !== `${[old.policy, old.results, old.eligibility, old.confirm]}`
}
