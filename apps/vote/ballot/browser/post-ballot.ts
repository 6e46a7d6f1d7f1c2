/** The two ways to send a ballot: as JSON and, where that fails, as a form. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { BallotData } from "../view/ballot-data"
import { askPoll } from "./ask-poll"
import { type Pending, voterKey } from "./memory"

/** After this time the request is given up, so that the server takes no ballot by it, and the ballot is sent again. */
const ANSWER_TIMEOUT_MS = 8_000

/**
 * Sends the ballot once.
 * @throws {Error} at once if this browser lacks something that is needed; the promise rejects if the network fails or the
 *   answer takes too long
 */
export function postBallot(
  { poll, pollNumber: number }: BallotData,
  { words, code, after, ...choice }: Pending,
): Promise<Response> {
  return askPoll(
    `${poll.id}/votes`,
    {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "idempotency-key": voterKey(),
        // A code may have been used elsewhere, so that nothing is said of it without a receipt.
        replaces: after ?? (code ? "" : "none"),
      },
      body: JSON.stringify({ ...choice, number, words, code: code || undefined }),
    },
    ANSWER_TIMEOUT_MS,
  )
}

/** Sends the form of the page, as a page without scripts does, and so leaves the page. The form has all that is no press of a button. */
export function postAsForm(choice: Choice): void {
  const form = document.querySelector("form")
  const field = document.createElement("input")
  field.type = "hidden"
  field.name = "option" in choice ? "vote" : "abstain" in choice ? "abstain" : "cast"
  field.value = "option" in choice ? choice.option : "1"
  form?.append(field)
  form?.submit()
}
