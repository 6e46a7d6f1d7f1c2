/** Asks the vote app until it answers for good. */

import { backoff } from "@tallyroom/lib/backoff"
import { UserError } from "../terminal/user-error"

/** An outage longer than this is for a person to look at. */
const GIVE_UP_MS = 60_000
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504])

/** @throws {UserError} when nobody could answer for a minute; the signal's reason when it ends the waiting before */
export async function untilAnswered(
  voteUrl: string,
  send: () => Promise<Response>,
  stop?: AbortSignal,
): Promise<Response> {
  const end = performance.now() + GIVE_UP_MS
  for (let attempt = 1; ; attempt++) {
    const answer = await send().catch((error: Error) => error)
    if (answer instanceof Response && !AGAIN.has(answer.status)) return answer
    stop?.throwIfAborted()
    if (performance.now() > end) {
      const why =
        answer instanceof Response ? `answers ${answer.status}` : `can't be reached: ${answer.message}`
      throw new UserError(`${voteUrl} ${why.replace(/\.$/, "")}, for a minute now.`)
    }
    await Bun.sleep(backoff(attempt))
  }
}
