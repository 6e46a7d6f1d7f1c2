/** People who vote: the same number for each option at every run, in an order that mixes them. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import { waitFor } from "../../services/wait"
import { choicesOf, type ShowPoll } from "./polls"

/** As many as vote at the same time. */
const AT_ONCE = 20
const COUNTED_DEADLINE_MS = 20_000

/** Every ballot of a poll as the index of what it says, evenly mixed so that a chart shows a race. */
export function mixed(votes: readonly number[]): number[] {
  const each = votes.flatMap((count, choice) =>
    Array.from({ length: count }, (_, i) => ({ choice, at: (i + 0.5 + choice / 100) / count })),
  )
  return each.sort((one, other) => one.at - other.at).map(({ choice }) => choice)
}

/**
 * Casts all votes of a poll, and waits until the result app shows them counted.
 * @param codes for a poll that takes votes with a code only
 */
export async function castAll(
  { voteUrl, total }: { voteUrl: string; total: () => Promise<number | undefined> },
  { votes = [], ...poll }: ShowPoll,
  codes: readonly string[],
): Promise<void> {
  const { id } = poll
  const choices = choicesOf(poll)
  const ballots = mixed(votes)
  for (let from = 0; from < ballots.length; from += AT_ONCE) {
    const some = ballots.slice(from, from + AT_ONCE)
    await Promise.all(some.map((choice, i) => cast(voteUrl, id, choices[choice], codes[from + i])))
  }
  await waitFor(
    `the votes of ${id} to be counted`,
    async () => {
      return (await total()) === ballots.length
    },
    COUNTED_DEADLINE_MS,
  )
}

async function cast(voteUrl: string, poll: string, choice: Choice | undefined, code: string | undefined) {
  const answer = await fetch(`${voteUrl}/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ ...choice, code }),
  })
  if (answer.status !== 201) throw new Error(`A vote in ${poll} was not taken: ${await answer.text()}`)
}
