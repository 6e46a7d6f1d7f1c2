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

/** How many times each was said, most first: `400 × 12, 404 × 3`. */
export function counted(words: Iterable<string | number>): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(String(word), (counts.get(String(word)) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} × ${count.toLocaleString("en")}`)
    .join(", ")
}
