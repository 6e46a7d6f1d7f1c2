/** A mean as it is shown. Means are never compared by it. */

/** Hundredths of the mean, rounded half up, by whole numbers alone. @param ratings more than 0 */
function hundredthsOf(sum: number, ratings: number): number {
  const twice = 2n * BigInt(ratings)
  return Number((200n * BigInt(sum) + BigInt(ratings)) / twice)
}

/** "4.25" */
export function meanText({ sum, ratings }: { sum: number; ratings: number }): string {
  const hundredths = `${hundredthsOf(sum, ratings)}`.padStart(3, "0")
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`
}

/** "4.25" as the language writes it; a dash where nobody rated. */
export function localMean(rated: { sum: number; ratings: number }, language: string): string {
  if (rated.ratings === 0) return "–"
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(Number(meanText(rated)))
}
