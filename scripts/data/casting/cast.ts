/** Casts a ballot through the API until it is decided. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import { z } from "zod"
import { untilAnswered } from "../../services/instance/until-answered"

export type BallotToCast = { poll: string; choice: Choice; key: string; code?: string | undefined }
/** `received` is the answer with RabbitMQ, where counting decides whether the ballot stands. */
export type Decided = { kind: "accepted" | "received" | "same" } | { kind: "refused"; reason: string }

const problemSchema = z.object({ detail: z.string() })

/** @throws {UserError} when nobody could decide for a minute; the signal's reason when it ends the waiting before */
export async function castUntilDecided(
  voteUrl: string,
  ballot: BallotToCast,
  stop?: AbortSignal,
): Promise<Decided> {
  const answer = await untilAnswered(voteUrl, () => send(voteUrl, ballot), stop)
  const body: unknown = await answer.json().catch(() => null)
  if (answer.status === 200) return { kind: "same" }
  if (answer.status === 202) return { kind: "received" }
  if (answer.ok) return { kind: "accepted" }
  const detail = problemSchema.safeParse(body).data?.detail
  return { kind: "refused", reason: detail ?? `it was answered ${answer.status}` }
}

function send(voteUrl: string, { poll, choice, key, code }: BallotToCast): Promise<Response> {
  return fetch(`${voteUrl}/api/polls/${encodeURIComponent(poll)}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ ...choice, ...(code !== undefined && { code }) }),
    signal: AbortSignal.timeout(10_000),
  })
}
