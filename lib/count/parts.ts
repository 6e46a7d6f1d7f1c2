/** Parts of a whole number, in whole numbers: how many are at least a part of it, or more than that. */

/** How many are at least `part` of `of` of the whole: two thirds of 9 are 6, and of 10 they are 7. */
export function atLeast(whole: number, part: number, of: number): number {
  const rest = (whole * part) % of
  return (whole * part - rest) / of + (rest > 0 ? 1 : 0)
}

/** How many are more than `part` of `of` of the whole: more than half of 9 are 5, and of 10 they are 6. */
export function moreThan(whole: number, part: number, of: number): number {
  const rest = (whole * part) % of
  return (whole * part - rest) / of + 1
}
