/**
 * Votes over time. The script that draws the chart is loaded once the chart comes into view. When that fails, the section
 * throws while it is rendered, so it stands in an ErrorBoundary. The table has the same numbers.
 */

import { countOf } from "@tallyroom/lib/polls/counts"
import { optionColours } from "@tallyroom/lib/ui/colour"
import { within } from "@tallyroom/lib/within"
import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import type { TallyRow } from "../tally/tally-view"
import { useThrottled } from "../tally/use-throttled"
import type { Chart } from "./browser/chart"
import { chartData, chartRows, dashOf } from "./chart-lines"
import type { History } from "./history"
import type { ResultsText } from "./results-data"
import { useScheme } from "./use-scheme"

/** The chart is loaded when it is so near to the visible part of the page. */
const NEARLY_SEEN = "300px"
const REDRAW_MS = 250
const TRY_AGAIN_MS = 3_000
/** A slow phone network loads 20 KB within this time. */
const HANGS_MS = 15_000
/** That takes five minutes. After that this browser can't run the script. */
const MOST_ATTEMPTS = 100

type ChartModule = typeof import("./browser/chart")
type Props = { rows: TallyRow[]; history: History; script: string; text: ResultsText }

export function ChartSection({ rows, history, script, text }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const shown = chartRows(rows)
  const steady = useThrottled(history, REDRAW_MS)
  useChart(place, script, shown, steady, text.language, setCursor)
  const at = cursor === null ? undefined : steady[cursor]
  return (
    <section class="chart" aria-labelledby="chart-title" hidden={rows.every(({ votes }) => votes === 0)}>
      <h2 id="chart-title">{text.t("chart")}</h2>
      <div ref={place} class="plot" role="img" aria-label={text.t("chartAbout")} />
      <ul class="legend">
        {shown.map((row, i) => (
          <li key={row.option.id} class="legend-item">
            <Swatch row={row} dash={dashOf(i)} />
            <span class="legend-text">
              <bdi class="legend-label">{row.option.label}</bdi>{" "}
              <span class="number">{text.number(at ? countOf(at[1], row.option.id) : row.votes)}</span>
            </span>
          </li>
        ))}
      </ul>
      {shown.length < rows.length && <p class="muted">{text.t("chartLeaders", { count: shown.length })}</p>}
    </section>
  )
}

function Swatch({ row: { option, index }, dash }: { row: TallyRow; dash: number[] }) {
  const { light, dark } = optionColours(option, index)
  const line = { x1: 0, y1: 6, x2: 36, y2: 6, "stroke-width": 4, "stroke-dasharray": dash.join(" ") }
  return (
    <svg class="swatch" viewBox="0 0 36 12" width="36" height="12" aria-hidden="true">
      <line class="on-light" stroke={light.fill} {...line} />
      <line class="on-dark" stroke={dark.fill} {...line} />
    </svg>
  )
}

function useChart(
  place: RefObject<HTMLDivElement | null>,
  script: string,
  rows: TallyRow[],
  history: History,
  language: string,
  onCursor: (index: number | null) => void,
): void {
  const chart = useRef<Chart | undefined>(undefined)
  const [, fail] = useState(null)
  const seen = useSeen(place)
  const scheme = useScheme()
  const drawn = useRef(chartData(rows, history, scheme))
  drawn.current = chartData(rows, history, scheme)
  const ready = seen && history.length > 0

  useEffect(() => {
    if (!ready) return
    let gone = false
    load(script, () => gone)
      .then(({ drawChart }) => {
        if (!gone && place.current)
          chart.current = drawChart(place.current, drawn.current, { language, onCursor })
      })
      .catch((error) => {
        if (gone) return
        fail(() => {
          throw error
        })
      })
    return () => {
      gone = true
      chart.current?.remove()
      chart.current = undefined
    }
  }, [ready, script, scheme])
  useEffect(() => chart.current?.update(drawn.current), [history, scheme])
}

/**
 * Loads the script of the chart, with several tries. The network may be away, hang, or break off in the middle of the script,
 * and some browsers run the part that came. A browser may also keep what came under an address for as long as the page is open,
 * so each try has an address of its own.
 */
async function load(script: string, isGone: () => boolean): Promise<ChartModule> {
  for (let attempt = 0; ; attempt++) {
    try {
      const module = await within(HANGS_MS, import(attempt === 0 ? script : `${script}?${attempt}`), hangs)
      if (typeof module.drawChart !== "function") throw new Error("the chart's script broke off")
      return module
    } catch (error) {
      if (isGone() || attempt === MOST_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))
    }
  }
}

const hangs = () => new Error("the chart's script hangs")

function useSeen(place: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => setSeen((before) => before || entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: NEARLY_SEEN },
    )
    // The section around the plot is observed, as the plot itself is empty at first.
    if (place.current?.parentElement) watch.observe(place.current.parentElement)
    return () => watch.disconnect()
  }, [place])
  return seen
}
