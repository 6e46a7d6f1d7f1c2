/** What the checker hands back: findings in words, and how much there was to judge. */

export type Finding = {
  rule: string
  /** One plain sentence. */
  says: string
}

export type RunNumbers = {
  calls: number
  ok: number
  refused: number
  unknown: number
  /** Votes that stand, in the polls of the record. */
  counted: number
  replaced: number
  /** Ballots that were answered ok, and that the product says are lost. */
  lost: number
  /** Lost ballots by the books. */
  booked: number
  voters: number
  polls: number
  snapshots: number
  /** What viewers were told that whole ballots decide. */
  outcomes: number
}

export type RunVerdict = { findings: Finding[]; numbers: RunNumbers }

/** So many findings of one rule are told, and of the others the number. */
const TOLD = 20

/** A rule's sentences as findings. */
export function findingsOf(rule: string, sentences: Iterable<string>): Finding[] {
  const told: Finding[] = []
  let more = 0
  for (const says of sentences) {
    if (told.length < TOLD) told.push({ rule, says })
    else more++
  }
  return more === 0 ? told : [...told, { rule, says: `There are ${more} more of these.` }]
}

/** A time of the record, for people. */
export function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`
}
