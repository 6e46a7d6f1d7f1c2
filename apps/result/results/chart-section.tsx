/**
 * Votes over time; the drawing is loaded once it comes into view. Where that fails the section throws while it is drawn,
 * so it stands in a ErrorBoundary: the table has the numbers without it.
 */

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

/** Loaded a little before it can be seen. */
const NEARLY_SEEN = "300px"
const REDRAW_MS = 250
const TRY_AGAIN_MS = 3_000
/** Enough for a slow phone network to bring 20 KB. */
const HANGS_MS = 15_000
/** Five minutes: a script that this browser can't run is not waited for any longer. */
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
              <span class="number">{text.number(at?.[1][row.option.id] ?? row.votes)}</span>
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
 * The network may be away just now, hang, or break off in the midst of the script, which some browsers take for the whole
 * of it. A browser may remember what came under an address for as long as the page lives.
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
    // The section around it: the plot itself is empty at first.
    if (place.current?.parentElement) watch.observe(place.current.parentElement)
    return () => watch.disconnect()
  }, [place])
  return seen
}
