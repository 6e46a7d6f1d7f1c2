/** The life of the voter's ballot in the browser: chosen, sent until answered, standing, chosen anew. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { BallotData, Refusal, Standing } from "../view/ballot-data"
import type { Casting } from "../view/casting"
import { Alarm } from "./alarm"
import { type Pending, pending, remembered, voterKey } from "./memory"
import { type Answer, sendBallot } from "./send-ballot"

/** A server that is slower is taken for away, and asked again. */
const ANSWER_TIMEOUT_MS = 8_000

/** @param onNotOpen hears that the poll takes no votes now */
export function useCasting(data: BallotData, onNotOpen: () => void): Casting {
  const [standing, setStanding] = useState<Standing | null>(data.standing)
  const [before, setBefore] = useState<Standing | null>(data.before)
  const [sending, setSending] = useState<Casting["sending"]>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(data.refusal)
  const [missed, setMissed] = useState(false)
  const [{ live, fresh }, setLife] = useState({ live: false, fresh: false })
  const alarm = useRef(new Alarm())
  const offline = useOffline(() => alarm.current.ring())

  const take = (answer: Answer) => {
    pending.forget(data)
    setSending(null)
    if (answer.kind === "not-open") {
      setMissed(true)
      setStanding((now) => now ?? before ?? data.standing)
      return onNotOpen()
    }
    if (answer.kind === "refused") return setRefusal(answer.refusal)
    // What is shown at the next visit was not sent just now.
    const { status } = answer.standing
    const isKnownAgain = status === "accepted" && data.poll.eligibility !== "code"
    remembered.write(data, { ...answer.standing, status: isKnownAgain ? "same" : status })
    setLife({ live: true, fresh: true })
    setBefore(null)
    setStanding(answer.standing)
  }
  const send = (ballot: Pending) => {
    pending.write(data, ballot)
    setRefusal(null)
    setMissed(false)
    setSending({ option: ballot.option, failures: 0 })
    const failed = (failures: number) => setSending({ option: ballot.option, failures })
    void sendBallot(
      () => post(data, ballot),
      (ms) => alarm.current.wait(ms),
      failed,
      () => newerThan(ballot, data),
    ).then(take)
  }
  const choose = () => {
    setBefore(standing)
    setStanding(null)
  }
  useEffect(() => {
    setLife({ live: true, fresh: false })
    const left = pending.read(data)
    if (left) {
      if (data.standing) choose()
      send(left)
    } else if (data.code === "" && data.before === null) setStanding(data.standing ?? remembered.read(data))
  }, [])

  return {
    ...{ standing, before, sending, refusal, missed, offline, fresh, live },
    cast: (option, code) => send({ option, code, after: remembered.read(data)?.receipt ?? null }),
    change: choose,
    keep: () => {
      setStanding(before)
      setBefore(null)
    },
    tryNow: () => alarm.current.ring(),
  }
}

/** Who votes by code may be another voter each time. */
function newerThan({ code, after }: Pending, data: BallotData): Standing | null {
  const now = code === "" ? remembered.read(data) : null
  return now && now.receipt !== after ? now : null
}

function post({ poll, pollNumber: number }: BallotData, { option, code }: Pending): Promise<Response> {
  return fetch(`/api/polls/${poll.id}/votes`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      "idempotency-key": voterKey(),
    },
    body: JSON.stringify({ option, number, ...(code !== "" && { code }) }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
}

/** Whether the browser knows that it is offline. @param onBack hears when it is back */
function useOffline(onBack: () => void): boolean {
  const [offline, setOffline] = useState(false)
  useEffect(() => {
    const look = () => {
      setOffline(!navigator.onLine)
      if (navigator.onLine) onBack()
    }
    addEventListener("online", look)
    addEventListener("offline", look)
    setOffline(!navigator.onLine)
    return () => {
      removeEventListener("online", look)
      removeEventListener("offline", look)
    }
  }, [onBack])
  return offline
}
