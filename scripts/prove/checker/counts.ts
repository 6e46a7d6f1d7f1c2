/** What the checker counts of what ballots say: as the product shows it, and by the checker's own reading. */

import type { Counts } from "../record/record"
import { countName, type Method, type Part } from "../record/said"

/** By their names in `Counts`, what a ballot adds to by what it says: a ranking to its first preference alone. */
export function countedBy(method: Method, parts: readonly Part[]): string[] {
  if (method === "rank") return parts.slice(0, 1).map(({ option }) => option)
  return parts.flatMap((part) => {
    if (part.value === "") return [part.option]
    return part.value === "no" ? [countName(part)] : [part.option, countName(part)]
  })
}

/** Adds so many ballots. */
export function addTo(counts: Counts, names: readonly string[], ballots = 1): void {
  for (const name of names) counts[name] = countIn(counts, name) + ballots
}

/** What is not named has none. */
export function countIn(counts: Counts, name: string): number {
  return Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0
}

export function hasSameCounts(a: Counts, b: Counts): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((name) => countIn(a, name) === countIn(b, name))
}

/** How many ballots that give these counts name each option: those that say no to it do, too. */
export function namings(method: Method, options: readonly string[], counts: Counts): number[] {
  return options.map((option) => {
    const no = method === "decide" ? countIn(counts, countName({ option, value: "no" })) : 0
    return countIn(counts, option) + no
  })
}
