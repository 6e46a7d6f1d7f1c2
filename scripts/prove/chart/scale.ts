/** Values and moments as places in the picture, and the round ones that an axis names. */

const STEPS_OF_TIME = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400]

/** The distance between round values of which at most `most` fit into `range`. */
function roundStep(range: number, most: number): number {
  const least = range / most
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) ?? least
}

/** Round values from 0 up to the first that is not below `highest`. Whole numbers alone. */
export function roundValues(highest: number, most = 4): number[] {
  const range = Math.max(highest, 1)
  const step = Math.max(1, roundStep(range, most))
  return Array.from({ length: Math.ceil(range / step - 1e-9) + 1 }, (_, i) => i * step)
}

/** Moments for the axis of a run of so many seconds, with their texts. */
export function roundMoments(seconds: number, most = 12): { seconds: number; text: string }[] {
  const step = STEPS_OF_TIME.find((it) => seconds / it <= most) ?? 86_400
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => ({
    seconds: i * step,
    text: step >= 60 ? `${(i * step) / 60} min` : `${i * step} s`,
  }))
}

/** A length of time as a person says it. */
export function lengthText(seconds: number): string {
  const of = (value: number, unit: string) => `${value} ${unit}${value === 1 ? "" : "s"}`
  if (seconds > 90 && seconds % 60 === 0) return of(seconds / 60, "minute")
  return of(seconds, "second")
}
