/** Adds up what the ballots of a batch say of options, so that Postgres need not take each of their texts apart. */

import { ABSTENTION } from "@tallyroom/lib/ballots/choice"
import type { Batch } from "./batch"

/** How many ballots that were accepted in this second say this of an option: a mark of the width of the poll's parts. */
type SaidPart = { poll: number; mark: string; second: number; votes: number }

/** Of all ballots that are to be counted, in polls whose ballots say something of each of several options. */
export function saidParts({
  kept,
  changing,
  marked,
}: Pick<Batch, "kept" | "changing" | "marked">): SaidPart[] {
  if (marked.size === 0) return []
  const parts = new Map<string, SaidPart>()
  for (const { poll, option: text, position } of [...kept, ...changing]) {
    const width = marked.get(poll)?.width ?? 0
    if (width === 0 || text === ABSTENTION) continue
    const second = Math.trunc(position.ms / 1_000)
    const moment = `${poll} ${second} `
    for (let at = 0; at < text.length; at += width) {
      const mark = text.slice(at, at + width)
      const part = parts.get(moment + mark)
      if (part) part.votes++
      else parts.set(moment + mark, { poll, mark, second, votes: 1 })
    }
  }
  return [...parts.values()]
}
