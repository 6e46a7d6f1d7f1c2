/** Sends a ballot until it has an answer. The same ballot of the same voter counts once, however often it is sent. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { OwnVote } from "../../casting/cast-ballot"
import type { Refusal } from "../view/ballot-data"

export type BallotAnswer =
  | { kind: "stands"; standing: OwnVote }
  | { kind: "refused"; refusal: Refusal }
  /** The poll is not open, or not there. Its page says so. */
  | { kind: "not-open" }

/** Reads the choice out of an answer's fields; null where there is none. */
export type ReadChoice = (fields: Record<string, unknown>) => Choice | null

/** `tooSoon`: the vote that stands was cast just now, so that this one has to wait a moment. */
type Unanswered = { kind: "unanswered"; retryAfterMs: number; tooSoon?: boolean }

/** The waits grow from half a second to this. Each varies, so that a crowd does not come back at the same moment. */
const LONGEST_WAIT_MS = 15_000
const FIRST_WAIT_MS = 500

/** What an answer with a vote says of it, by its kind or status. */
const STATUSES = new Map<string | number, OwnVote["status"]>([
  [201, "accepted"],
  [202, "received"],
  ["vote-stands", "stands"],
  ["vote-changed", "changed"],
])

const REFUSALS = new Map<string, Refusal>([
  ["code-needed", "codeNeeded"],
  ["code-unknown", "codeUnknown"],
  ["too-many-attempts", "tooManyAttempts"],
  // These have no choice and no receipt: nobody learns more of another's vote by the same code or from the same network.
  ["vote-stands", "networkStands"],
  ["vote-changed", "votedChanged"],
])

/**
 * @param post sends the ballot once
 * @param choiceIn reads what stands
 * @param wait waits before the next try
 * @param onFailed is called after every try without an answer, and told of one that only came too soon
 * @param newer the vote that the voter has cast since this choice was made, as in another tab; this older choice must not
 *   replace it
 */
export async function sendBallot(
  post: () => Promise<Response>,
  choiceIn: ReadChoice,
  wait: (ms: number) => Promise<void>,
  onFailed: (failures: number, tooSoon: boolean) => void,
  newer: () => OwnVote | null,
): Promise<BallotAnswer> {
  for (let failures = 1; ; failures++) {
    const standing = newer()
    if (standing) return { kind: "stands", standing }
    const answer = await post().then((response) => readAnswer(response, choiceIn), unanswered)
    if (answer.kind !== "unanswered") return answer
    onFailed(failures, answer.tooSoon === true)
    await wait(Math.max(answer.retryAfterMs, waitMs(failures)))
  }
}

/** Milliseconds before the next try: random between half and all of a growing span. */
function waitMs(failures: number): number {
  const span = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10))
  return span * (0.5 + Math.random() / 2)
}

/** An answer that is not ours, such as a proxy's or the login page of a network, leaves the ballot unanswered. */
async function readAnswer(response: Response, choiceIn: ReadChoice): Promise<BallotAnswer | Unanswered> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null
  const { status } = response
  const { receipt } = body ?? {}
  const choice = body && choiceIn(body)
  const kind = String(body?.type ?? "").replace("/problems/", "")
  if (choice && typeof receipt === "string") {
    return {
      kind: "stands",
      standing: { status: STATUSES.get(kind || status) ?? "same", ...choice, receipt },
    }
  }
  if (kind === "vote-too-soon") return { ...unanswered(null, response), tooSoon: true }
  if (!body || status < 400 || status >= 500 || kind === "") return unanswered(null, response)
  if (["poll-closed", "poll-paused", "poll-not-open", "poll-unknown", "poll-deleted"].includes(kind))
    return { kind: "not-open" }
  return { kind: "refused", refusal: REFUSALS.get(kind) ?? "refused" }
}

function unanswered(_: unknown, response?: Response): Unanswered {
  const seconds = Number(response?.headers.get("retry-after")) || 0
  // A proxy may ask for a minute; nobody waits longer for a vote.
  return { kind: "unanswered", retryAfterMs: Math.min(60, seconds) * 1_000 }
}
