/** What changes with each vote, for viewers who have the rest: options may take 40 KB, their numbers take less than 1 KB. */

import type { Snapshot } from "./snapshot"
import { differInVotesAlone } from "./version"

export type Numbers = {
  /** The number of the poll. */
  number: number
  version: number
  /** Without counts, where they are hidden. */
  total?: number
  /** Only where a ballot may abstain. */
  abstained?: number
  /** In the order of the options. */
  votes?: number[]
  /** What is said of each, where ballots rate or decide. */
  said?: number[][]
}

export function numbersOf({ number, version, hidden, total, abstained, options }: Snapshot): Numbers {
  if (hidden || total === undefined) return { number, version }
  const ballots = { total, ...(abstained !== undefined && { abstained }) }
  const said = options.flatMap(({ said }) => (said ? [said] : []))
  const counts = { votes: options.map(({ votes }) => votes ?? 0), ...(said.length > 0 && { said }) }
  return { number, version, ...ballots, ...counts }
}

/** The snapshot that somebody has who knew this one and heard these numbers; null where they belong to another one. */
export function withNumbers(known: Snapshot, numbers: Numbers): Snapshot | null {
  const { number, version, total, abstained, votes, said } = numbers
  if (known.number !== number || !differInVotesAlone(known.version, version)) return null
  if (total === undefined || votes === undefined) return { ...known, version }
  const options = known.options.map((option, i) => {
    const counts = said?.[i]
    return { ...option, votes: votes[i] ?? 0, ...(counts && { said: counts }) }
  })
  return { ...known, version, total, ...(abstained !== undefined && { abstained }), options }
}
