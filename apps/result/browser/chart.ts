/** Draws the chart of votes over time; a script of its own, as it weighs more than the rest of the page. */

import uPlot from "uplot"

export type Line = { label: string; colour: string; dash: number[] }

export type ChartData = {
  /** Unix seconds. */
  seconds: number[]
  /** Votes by line, in the order of `lines`. */
  votes: number[][]
  lines: Line[]
}

export type ChartOptions = {
  language: string
  /** Told which point the pointer is at; null when at none. */
  onCursor: (index: number | null) => void
}

export type Chart = { update: (data: ChartData) => void; remove: () => void }

const HEIGHT_PX = 260
const LINE_PX = 2.5
const FONT = "13px system-ui, sans-serif"

/** Draws into `place`, as wide as that is, and again whenever its size or the reader's colours change. */
export function drawChart(place: HTMLElement, first: ChartData, options: ChartOptions): Chart {
  let data = first
  let plot = make(place, data, options)
  const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT_PX }))
  resized.observe(place)
  return {
    update(next) {
      const sameLines = JSON.stringify(next.lines) === JSON.stringify(data.lines)
      data = next
      if (sameLines) return plot.setData(aligned(data))
      plot.destroy()
      plot = make(place, data, options)
    },
    remove() {
      resized.disconnect()
      plot.destroy()
    },
  }
}

function aligned({ seconds, votes }: ChartData): uPlot.AlignedData {
  return [seconds, ...votes]
}

function make(place: HTMLElement, data: ChartData, { language, onCursor }: ChartOptions): uPlot {
  const { color: ink, borderTopColor: grid } = getComputedStyle(place)
  const axis = { stroke: ink, font: FONT, grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  const count = new Intl.NumberFormat(language, { notation: "compact" })
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, points: { size: 8 } },
      scales: { y: { range: (_, __, most) => [0, Math.max(4, most * 1.05)] } },
      axes: [
        { ...axis, size: 32, space: 90, values: (_, seconds) => times(language, seconds) },
        { ...axis, size: 56, incrs: WHOLE, values: (_, votes) => votes.map((it) => count.format(it)) },
      ],
      series: [{}, ...data.lines.map(({ label, colour, dash }) => lineOf(label, colour, dash))],
      hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
    },
    aligned(data),
    place,
  )
}

function lineOf(label: string, colour: string, dash: number[]): uPlot.Series {
  return { label, stroke: colour, width: LINE_PX, dash, points: { show: false } }
}

/** Votes come whole. */
const WHOLE = Array.from({ length: 12 }, (_, i) => [1, 2, 5].map((step) => step * 10 ** i)).flat()

const DAY_S = 86_400

/** The times under the chart: days where it spans days, seconds where it spans minutes. */
function times(language: string, seconds: number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0)
  const format = new Intl.DateTimeFormat(
    language,
    step >= DAY_S
      ? { month: "short", day: "numeric" }
      : { hour: "numeric", minute: "2-digit", ...(step < 60 && { second: "2-digit" }) },
  )
  return seconds.map((second) => format.format(second * 1_000))
}
