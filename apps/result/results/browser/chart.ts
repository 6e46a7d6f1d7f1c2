/** Draws the chart of votes over time. It is a script of its own, as it is larger than the rest of the page. */

import "./plot-locale"
import uPlot from "uplot"
import { timeLabels } from "./time-labels"

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
  /** Called with the index of the point under the pointer; null when there is none. */
  onCursor: (index: number | null) => void
}

export type Chart = { update: (data: ChartData) => void; remove: () => void }

const HEIGHT_PX = 260
const LINE_PX = 2.5
/** Relative to the letters of the page, which the reader may have made larger. */
const FONT_REM = 0.8125
/** Room for the labels below and beside the plot, in units of their font size. */
const BELOW_EM = 2.5
const BESIDE_EM = 4.3

/** Draws a chart into `place` as wide as that is, and again whenever the width or the lines change. */
export function drawChart(place: HTMLElement, first: ChartData, options: ChartOptions): Chart {
  let data = first
  const draw = () =>
    make(
      place,
      data,
      timeAxis(options.language, () => data.seconds),
      options,
    )
  let plot = draw()
  const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT_PX }))
  resized.observe(place)
  return {
    update(next) {
      const sameLines = JSON.stringify(next.lines) === JSON.stringify(data.lines)
      data = next
      if (sameLines) return plot.setData(aligned(data))
      plot.destroy()
      plot = draw()
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

/** The size of the labels in CSS pixels, and the same as a font for a canvas. */
function fontOf(): { px: number; font: string } {
  const px = FONT_REM * (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16)
  return { px, font: `${px}px system-ui, sans-serif` }
}

function make(
  place: HTMLElement,
  data: ChartData,
  time: TimeAxis,
  { language, onCursor }: ChartOptions,
): uPlot {
  const { color: ink, borderTopColor: grid } = getComputedStyle(place)
  const { px, font } = fontOf()
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  const count = new Intl.NumberFormat(language, { notation: "compact" })
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, points: { size: 8 } },
      // Half of the last label is beyond the plot.
      padding: [null, () => Math.ceil(time.widest() / 2), null, null],
      scales: { y: { range: (_, __, most) => [0, Math.max(4, most * 1.05)] } },
      axes: [
        { ...axis, size: BELOW_EM * px, ...time.axis },
        {
          ...axis,
          size: BESIDE_EM * px,
          incrs: WHOLE,
          values: (_, votes) => votes.map((it) => count.format(it)),
        },
      ],
      series: [{}, ...data.lines.map(({ label, colour, dash }) => lineOf(label, colour, dash))],
      hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
    },
    aligned(data),
    place,
  )
}

/** The lines are steps, as nothing was counted between two points. */
function lineOf(label: string, colour: string, dash: number[]): uPlot.Series {
  const paths = uPlot.paths.stepped?.({ align: 1 })
  return { label, stroke: colour, width: LINE_PX, dash, points: { show: false }, ...(paths && { paths }) }
}

/** Distances between labels of votes, which are whole numbers. */
const WHOLE = Array.from({ length: 12 }, (_, i) => [1, 2, 5].map((step) => step * 10 ** i)).flat()

/** The least gap between two labels. */
const LABEL_GAP_PX = 24

type TimeAxis = {
  axis: Pick<uPlot.Axis, "space" | "incrs" | "values">
  /** The width in CSS pixels of the wider of the first and the last label. */
  widest: () => number
}

/** @param seconds returns the moments that are drawn now */
function timeAxis(language: string, seconds: () => number[]): TimeAxis {
  const ends = () => {
    const all = seconds()
    return [all[0] ?? 0, all[all.length - 1] ?? 0] as const
  }
  const labels = () => timeLabels(language, ends()[1] - ends()[0])
  const widest = () => Math.max(...ends().flatMap((end) => labels().at([end]).map(widthOf)))
  return {
    axis: {
      space: () => widest() + LABEL_GAP_PX,
      incrs: () => labels().steps,
      values: (_, splits) => labels().at(splits),
    },
    widest,
  }
}

function widthOf(label: string): number {
  const pen = document.createElement("canvas").getContext("2d")
  if (!pen) return 0
  pen.font = fontOf().font
  return pen.measureText(label).width
}
