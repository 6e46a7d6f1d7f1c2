/** What came of an attack. */

export type Outcome = {
  /** In words: what was sent. */
  tried: string
  requests: number
  /** In words: how it was answered. */
  seen: string
  /** What must not be, each in a sentence; none if all held. */
  faults: string[]
}

/** An attack beside people who were there before it. */
export type Attacked = Outcome & {
  /** What was seen beside it, in words, by what that is about: each is a column of the page. */
  beside: Readonly<Record<string, string>>
  /** When it began, by clock(). */
  beganAt: number
  /** The share of its time in which the machine had nothing to do before, from 0 to 1. */
  idleBefore: number
}

/** How many times each was said, most first: `400 × 12, 404 × 3`. */
export function counted(words: Iterable<string | number>): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(String(word), (counts.get(String(word)) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} × ${count.toLocaleString("en")}`)
    .join(", ")
}
