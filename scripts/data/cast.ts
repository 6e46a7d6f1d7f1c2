/** Casts a ballot through the API until it is decided. */

import { backoff } from "@tallyroom/lib/backoff"
import { z } from "zod"
import { Trouble } from "../services/trouble"

export type BallotToCast = { poll: string; option: string; key: string; code?: string }
export type Decided = { kind: "accepted" | "same" } | { kind: "refused"; reason: string }

/** An outage longer than this is for a person to look at; casting again later does no harm. */
const GIVE_UP_MS = 60_000
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504])
const problemSchema = z.object({ detail: z.string() })

/** @throws {Trouble} when nobody could decide for a minute */
export async function castUntilDecided(voteUrl: string, ballot: BallotToCast): Promise<Decided> {
  const end = Date.now() + GIVE_UP_MS
  for (let attempt = 1; ; attempt++) {
    const answer = await send(voteUrl, ballot).catch((error: Error) => error)
    if (answer instanceof Response && !AGAIN.has(answer.status)) return decided(answer)
    if (Date.now() > end) {
      const why =
        answer instanceof Response ? `answers ${answer.status}` : `can't be reached: ${answer.message}`
      throw new Trouble(
        `${voteUrl} ${why}, for a minute now. Run the same command again later: nothing is cast twice.`,
      )
    }
    await Bun.sleep(backoff(attempt))
  }
}

async function decided(answer: Response): Promise<Decided> {
  const body: unknown = await answer.json().catch(() => null)
  if (answer.status === 200) return { kind: "same" }
  if (answer.ok) return { kind: "accepted" }
  const detail = problemSchema.safeParse(body).data?.detail
  return { kind: "refused", reason: detail ?? `it was answered ${answer.status}` }
}

function send(voteUrl: string, { poll, option, key, code }: BallotToCast): Promise<Response> {
  return fetch(`${voteUrl}/api/polls/${encodeURIComponent(poll)}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ option, ...(code !== undefined && { code }) }),
    signal: AbortSignal.timeout(10_000),
  })
}
