/** The life of the voter's ballot in the browser: it is chosen, sent until it has an answer, shown, and chosen anew. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { OwnVote } from "../../casting/cast-ballot"
import type { BallotData, Refusal } from "../view/ballot-data"
import type { Casting } from "../view/casting"
import { Alarm } from "./alarm"
import { listen } from "./listen"
import { canRemember, type Pending, pending, remembered } from "./memory"
import { postAsForm, postBallot } from "./post-ballot"
import { type BallotAnswer, type ReadChoice, sendBallot } from "./send-ballot"

/** For this long a voter can read the answer, whatever the host shows next. */
const READING_MS = 5_000

/**
 * @param choiceIn reads the choice in an answer
 * @param onNotOpen is called when the poll turns out to take no votes now
 */
export function useCasting(data: BallotData, choiceIn: ReadChoice, onNotOpen: () => void): Casting {
  const [standing, setStanding] = useState<OwnVote | null>(data.standing)
  const [before, setBefore] = useState<OwnVote | null>(data.before)
  const [chosen, setChosen] = useState<Casting["chosen"]>(
    data.draft ? { choice: data.draft, words: data.poll.words } : null,
  )
  const [code, setCode] = useState(data.code)
  const [sending, setSending] = useState<Casting["sending"]>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(data.refusal)
  const [missed, setMissed] = useState(false)
  const [{ live, forgets }, setLife] = useState({ live: false, forgets: !!data.cookieless })
  const [fresh, setFresh] = useState(false)
  const alarm = useRef(new Alarm())
  const answeredAt = useRef(0)
  const offline = useOffline(() => alarm.current.ring())

  const take = (answer: BallotAnswer, retried: boolean) => {
    pending.forget(data)
    answeredAt.current = Date.now()
    setSending(null)
    if (answer.kind === "not-open") {
      setMissed(true)
      setStanding((now) => now ?? before ?? data.standing)
      return onNotOpen()
    }
    if (answer.kind === "refused") {
      // Somebody else has voted with the code since: the next ballot replaces whatever stands.
      if (answer.refusal === "votedChanged") remembered.forget(data)
      const byCode = data.poll.eligibility === "code" && answer.refusal === "networkStands"
      return setRefusal(byCode ? "codeUsed" : answer.refusal)
    }
    setFresh(true)
    setBefore(null)
    setChosen(null)
    const byCode = data.poll.eligibility === "code"
    // After a retry, the vote that is there already is this page's own: nobody has used the code before.
    const status =
      byCode && retried && answer.standing.status === "same" ? "accepted" : answer.standing.status
    // At the next visit the vote was not sent just now.
    const isKnownAgain = status === "accepted" && !byCode
    remembered.write(data, { ...answer.standing, status: isKnownAgain ? "same" : status })
    setStanding({ ...answer.standing, status })
  }
  /** @param again whether the ballot was on its way before this page was opened */
  const send = (ballot: Pending, again = false) => {
    let retried = again
    const failed = (failures: number, tooSoon: boolean) => {
      retried = true
      setSending({ choice: ballot, failures, tooSoon })
    }
    pending.write(data, ballot)
    setRefusal(null)
    setMissed(false)
    setSending({ choice: ballot, failures: 0 })
    sendBallot(
      () => postBallot(data, ballot),
      choiceIn,
      (ms) => alarm.current.wait(ms),
      failed,
      () => newerThan(ballot, data),
    )
      .then((answer) => take(answer, retried))
      .catch((error) => {
        // This browser lacks something for sending JSON: a form works anyway.
        console.error(error)
        pending.forget(data)
        if (!data.embedded) return postAsForm(ballot)
        setSending(null)
        setRefusal("refused")
      })
  }
  const chooseAnew = () => {
    setBefore(standing)
    setStanding(null)
    setChosen(null)
  }
  useEffect(() => {
    // The server may be wrong, as when the address with an answer was passed on within a network: the browser knows better.
    const forgets = !navigator.cookieEnabled && (!!data.cookieless || !canRemember())
    setLife({ live: true, forgets })
    // The server has asked the inbox, so that it knows of votes without scripts, too.
    const known = data.standing ?? data.before
    if (known) remembered.write(data, known)
    const left = pending.read(data)
    if (left) {
      if (data.standing) chooseAnew()
      send(left, true)
    } else if (data.code === "" && data.before === null) setStanding(data.standing ?? remembered.read(data))
  }, [])
  useSayErrors(sending !== null, () => setSending((now) => now && { ...now, failures: now.failures || 1 }))

  return {
    ...{ standing, before, chosen, code, sending, refusal, missed, offline, forgets, fresh, live, setCode },
    refuse: setRefusal,
    choose: (choice, words) => {
      setRefusal(null)
      setChosen({ choice, words })
    },
    cast: (choice, words) =>
      send({ ...choice, words, code, after: (remembered.read(data) ?? before)?.receipt ?? null }),
    change: chooseAnew,
    keep: () => {
      setStanding(before)
      setBefore(null)
      setChosen(null)
    },
    tryNow: () => alarm.current.ring(),
    stake: () => {
      if (sending) return "sending"
      const typed = standing === null && code !== data.code
      return chosen || typed || Date.now() - answeredAt.current < READING_MS ? "busy" : "none"
    },
  }
}

/** The vote that was cast after this ballot was chosen; null for none. By code, each vote may be another voter's. */
function newerThan({ code, after }: Pending, data: BallotData): OwnVote | null {
  const now = code === "" ? remembered.read(data) : null
  return now && now.receipt !== after ? now : null
}

/** If anything goes wrong on the page while a ballot is on its way, the voter is told. */
function useSayErrors(sending: boolean, say: () => void): void {
  useEffect(() => (sending ? listen(["error", "unhandledrejection"], say) : undefined), [sending])
}

/** Whether the browser knows that it is offline. @param onBack is called when it is online again */
function useOffline(onBack: () => void): boolean {
  const [offline, setOffline] = useState(false)
  useEffect(() => {
    const look = () => {
      setOffline(!navigator.onLine)
      if (navigator.onLine) onBack()
    }
    setOffline(!navigator.onLine)
    return listen(["online", "offline"], look)
  }, [onBack])
  return offline
}
