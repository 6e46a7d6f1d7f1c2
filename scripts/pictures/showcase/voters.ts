/** People who vote: the same number for each option at every run, in an order that mixes them. */

import { waitFor } from "../../services/wait"
import type { ShowPoll } from "./polls"

/** As many as vote at the same time. */
const AT_ONCE = 20
const COUNTED_DEADLINE_MS = 20_000

/** Every vote of a poll as the index of its option, evenly mixed so that a chart shows a race. */
export function mixed(votes: readonly number[]): number[] {
  const each = votes.flatMap((count, option) =>
    Array.from({ length: count }, (_, i) => ({ option, at: (i + 0.5 + option / 100) / count })),
  )
  return each.sort((one, other) => one.at - other.at).map(({ option }) => option)
}

/**
 * Casts all votes of a poll, and waits until the result app shows them counted.
 * @param codes for a poll that takes votes with a code only
 */
export async function castAll(
  { voteUrl, total }: { voteUrl: string; total: () => Promise<number | undefined> },
  { id, options, votes = [] }: ShowPoll,
  codes: readonly string[],
): Promise<void> {
  const ballots = mixed(votes)
  for (let from = 0; from < ballots.length; from += AT_ONCE) {
    const some = ballots.slice(from, from + AT_ONCE)
    await Promise.all(some.map((option, i) => cast(voteUrl, id, options[option]?.id, codes[from + i])))
  }
  await waitFor(
    `the votes of ${id} to be counted`,
    async () => {
      return (await total()) === ballots.length
    },
    COUNTED_DEADLINE_MS,
  )
}

async function cast(voteUrl: string, poll: string, option: string | undefined, code: string | undefined) {
  const answer = await fetch(`${voteUrl}/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ option, code }),
  })
  if (answer.status !== 201) throw new Error(`A vote in ${poll} was not taken: ${await answer.text()}`)
}
