/** The two ways of a ballot to the server. */

import type { BallotData } from "../view/ballot-data"
import { type Pending, voterKey } from "./memory"

/** A server that is slower is taken for away, and asked again. */
const ANSWER_TIMEOUT_MS = 8_000

/**
 * Sends the ballot once. What this browser lacks for that is thrown at once; a network's trouble, and an answer that takes
 * too long, reject.
 */
export function postBallot(
  { poll, pollNumber: number }: BallotData,
  { option, words, code }: Pending,
): Promise<Response> {
  const abort = new AbortController()
  const answer = fetch(`/api/polls/${poll.id}/votes`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      "idempotency-key": voterKey(),
    },
    body: JSON.stringify({ option, number, words, ...(code !== "" && { code }) }),
    signal: abort.signal,
  })
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      abort.abort()
      reject(new Error("The server did not answer in time."))
    }, ANSWER_TIMEOUT_MS)
  })
  return Promise.race([answer, late])
}

/** Leaves the page with the ballot, as without scripts. */
export function postAsForm({ poll }: BallotData, { option, words, code }: Pending): void {
  const form = document.createElement("form")
  form.method = "post"
  form.action = `/polls/${poll.id}`
  form.hidden = true
  for (const [name, value] of Object.entries({
    vote: option,
    words: `${words}`,
    ...(code !== "" && { code }),
  })) {
    const field = document.createElement("input")
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}
