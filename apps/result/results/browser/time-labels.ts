/** The times under a chart: as exact as its span needs, and never twice the same label in a row. */

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S
const MONTH_S = 30 * DAY_S
const YEAR_S = 365 * DAY_S

/** Distances between labels in which people count time. */
const STEPS_S = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_S),
  ...[1, 2, 3, 4, 5, 6, 7, 10, 15].map((days) => days * DAY_S),
  ...[1, 2, 3, 4, 6].map((months) => months * MONTH_S),
  ...[1, 2, 5, 10, 25, 50].map((years) => years * YEAR_S),
]

const TIME = { hour: "numeric", minute: "2-digit" } as const
const DAY = { month: "short", day: "numeric" } as const

/** The format of the labels for spans of up to `upTo` seconds. Labels that are less than `finest` seconds apart could be equal. */
const PRECISIONS: { upTo: number; finest: number; format: Intl.DateTimeFormatOptions }[] = [
  { upTo: 2 * MINUTE_S, finest: 1, format: { ...TIME, second: "2-digit" } },
  { upTo: 18 * HOUR_S, finest: MINUTE_S, format: TIME },
  { upTo: 4 * DAY_S, finest: HOUR_S, format: { ...DAY, hour: "numeric" } },
  { upTo: 10 * MONTH_S, finest: DAY_S, format: DAY },
  { upTo: Number.POSITIVE_INFINITY, finest: MONTH_S, format: { year: "numeric", month: "short" } },
]

export type TimeLabels = {
  /** The distances (s) that labels may have. */
  steps: number[]
  /** The labels at these Unix seconds; one that would repeat its neighbour is empty. */
  at: (seconds: number[]) => string[]
}

/** @param span seconds from the chart's beginning to its end */
export function timeLabels(language: string, span: number, timeZone?: string): TimeLabels {
  const { finest, format } = PRECISIONS.find(({ upTo }) => span < upTo) ?? { finest: 1, format: TIME }
  const formatter = new Intl.DateTimeFormat(language, { ...format, timeZone })
  return {
    steps: STEPS_S.filter((step) => step >= finest),
    at: (seconds) => {
      const labels = seconds.map((second) => formatter.format(second * 1_000))
      return labels.map((label, i) => (label === labels[i - 1] ? "" : label))
    },
  }
}
