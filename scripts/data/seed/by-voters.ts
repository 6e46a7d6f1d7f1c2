/** Casts votes of a number of voters over the API; a voter who votes again changes the vote, or is refused. */

import { atOnce } from "../casting/at-once"
import { castUntilDecided, type Decided } from "../casting/cast"

const AT_ONCE = 20

export type Cast = Record<Decided["kind"], number> & {
  /** How many voters have voted; each has one vote that stands. */
  voters: number
}

/** @param shares votes by option; voters take turns until all are cast */
export async function castByVoters(
  voteUrl: string,
  poll: string,
  shares: Map<string, number>,
  voters: number,
  onCast: (votes: number) => void,
): Promise<Cast> {
  const keys = Array.from({ length: voters }, () => crypto.randomUUID())
  const counts: Record<Decided["kind"], number> = { accepted: 0, received: 0, same: 0, refused: 0 }
  const voted = new Set<string>()
  await atOnce(ballots(shares, keys), AT_ONCE, async ({ option, key }) => {
    const { kind } = await castUntilDecided(voteUrl, { poll, choice: { option }, key })
    counts[kind]++
    if (kind !== "refused") voted.add(key)
    onCast(1)
  })
  return { ...counts, voters: voted.size }
}

/** Mixes the ballots of all options at random, so that voters who come again choose by chance. */
function* ballots(shares: Map<string, number>, keys: readonly string[]) {
  const left = new Map(shares)
  for (let turn = 0; ; turn++) {
    const open = [...left].filter(([, votes]) => votes > 0)
    const all = open.reduce((sum, [, votes]) => sum + votes, 0)
    if (all === 0) return
    const option = drawn(open, Math.floor(Math.random() * all))
    left.set(option, (left.get(option) ?? 1) - 1)
    yield { option, key: keys[turn % keys.length] ?? "" }
  }
}

/** The option in which the number falls, each being as wide as its votes. */
function drawn(open: [string, number][], number: number): string {
  let end = 0
  for (const [option, votes] of open) {
    end += votes
    if (number < end) return option
  }
  return open.at(-1)?.[0] ?? ""
}
