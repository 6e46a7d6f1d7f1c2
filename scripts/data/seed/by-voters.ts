/** Casts votes of a number of voters over the API; a voter who votes again changes the vote, or is refused. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import { atOnce } from "../casting/at-once"
import { castUntilDecided, type Decided } from "../casting/cast"

const AT_ONCE = 20

export type Cast = Record<Decided["kind"], number> & {
  /** How many voters have voted; each has one vote that stands. */
  voters: number
}

/** @param ballots in which voters take turns until all are cast */
export async function castByVoters(
  voteUrl: string,
  poll: string,
  ballots: Iterable<Choice>,
  voters: number,
  onCast: (votes: number) => void,
): Promise<Cast> {
  const keys = Array.from({ length: voters }, () => crypto.randomUUID())
  const counts: Record<Decided["kind"], number> = { accepted: 0, received: 0, same: 0, refused: 0 }
  const voted = new Set<string>()
  await atOnce(taking(ballots, keys), AT_ONCE, async ({ choice, key }) => {
    const { kind } = await castUntilDecided(voteUrl, { poll, choice, key })
    counts[kind]++
    if (kind !== "refused") voted.add(key)
    onCast(1)
  })
  return { ...counts, voters: voted.size }
}

function* taking(ballots: Iterable<Choice>, keys: readonly string[]) {
  let turn = 0
  for (const choice of ballots) yield { choice, key: keys[turn++ % keys.length] ?? "" }
}
