/** Draws the timeline of a run as an SVG that stands alone. */

import { answersPanel } from "./answers-panel"
import { ballotsIn } from "./ballots-in"
import { STYLE } from "./colours"
import { faultsPanel } from "./faults-panel"
import { LEFT, lineFrom, MARGIN, type Panel, RIGHT, type TimeScale, textAt, timeScale, WIDTH } from "./frame"
import { lengthText, roundMoments } from "./scale"
import { type Markup, svgElement } from "./svg"
import type { RunTimeline } from "./timeline"
import { amount, type ChartVerdict, headline } from "./verdict"
import { nameOf, votesPanel } from "./votes-panel"
import { waitingPanel } from "./waiting-panel"

const HEAD = 112
/** As many fit in the large size. */
const HEADLINE_CHARS = 65
const GAP = 30
const AXIS = 26

/** @param verdict null as long as no checker has judged the run */
export function drawTimeline(timeline: RunTimeline, verdict: ChartVerdict | null): string {
  const lengthMs = timeline.slots * timeline.slotMs
  const x = timeScale(lengthMs)
  const panels: Panel[] = []
  let bottom = HEAD
  for (const panel of [votesPanel, waitingPanel, answersPanel, faultsPanel]) {
    const { height, markup } = panel(timeline, bottom, x)
    panels.push({ height, markup })
    if (height > 0) bottom += height + GAP
  }
  bottom -= GAP
  const height = bottom + AXIS + MARGIN
  const title = titleText(timeline)
  const picture = svgElement(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
      ...{ role: "img", "aria-labelledby": "title desc" },
    },
    svgElement("title", { id: "title" }, title),
    svgElement("desc", { id: "desc" }, descriptionOf(timeline, verdict)),
    svgElement("style", {}, STYLE),
    svgElement("rect", { width: WIDTH, height, rx: 14, class: "fill-raised" }),
    ...head(timeline, verdict, title),
    ...timeAxis(timeline, x, HEAD + 30, bottom),
    ...panels.flatMap(({ markup }) => markup),
  )
  return `${picture.markup}\n`
}

function titleText({ run }: RunTimeline): string {
  return `Failure proof, ballots in ${ballotsIn(run)}`
}

/** By tone, in a circle of 15 px around 0, 0. */
const SIGNS = { good: "M-7 1l5 5 9-11", bad: "M-6 -6L6 6M6 -6L-6 6", open: "M-6 0h12" } as const

function head(timeline: RunTimeline, verdict: ChartVerdict | null, title: string): Markup[] {
  const { run, calls, faults } = timeline
  const { tone, text } = headline(timeline, verdict)
  const colour = tone === "open" ? "muted" : tone
  const parts = [
    title,
    `seed ${run.seed}`,
    lengthText(run.seconds),
    `${amount(faults.length)} ${faults.length === 1 ? "fault" : "faults"}`,
    `${amount(calls.all)} calls`,
    `begun ${run.startedAt.slice(0, 16).replace("T", " ")} UTC`,
  ]
  return [
    svgElement(
      "g",
      { transform: `translate(${MARGIN + 15} 43)` },
      svgElement("circle", { r: 15, class: `fill-${colour}` }),
      svgElement("path", { d: SIGNS[tone], class: "line-raised", "stroke-width": 3.2 }),
    ),
    textAt(MARGIN + 42, 51, text, colour, { size: text.length > HEADLINE_CHARS ? "sentence" : "headline" }),
    textAt(MARGIN, 84, parts.join("  ·  "), "muted"),
  ]
}

/** The moments below, their lines through all panels, and where votes and faults ended. */
function timeAxis({ run, slots, slotMs }: RunTimeline, x: TimeScale, top: number, bottom: number): Markup[] {
  const moments = roundMoments((slots * slotMs) / 1_000).flatMap(({ seconds, text }) => {
    const at = x(seconds * 1_000)
    return [
      lineFrom(at, top, at, bottom, "line"),
      textAt(at, bottom + 20, text, "muted", { size: "small", anchor: "middle" }),
    ]
  })
  const over = x(run.seconds * 1_000)
  if (over > RIGHT - 1) return moments
  return [
    ...moments,
    svgElement("rect", {
      x: over,
      y: top,
      width: RIGHT - over,
      height: bottom - top,
      class: "fill-line",
      "fill-opacity": 0.35,
    }),
    lineFrom(over, top, over, bottom, "edge", "3 3"),
    textAt(over, top - 12, "votes and faults end here", "muted", {
      size: "small",
      anchor: over < (LEFT + RIGHT) / 2 ? "start" : "end",
    }),
  ]
}

function descriptionOf(timeline: RunTimeline, verdict: ChartVerdict | null): string {
  const { run, calls, faults, soFar } = timeline
  const ends = soFar.map((it) => `${amount(it.values.at(-1) ?? 0)} ${nameOf(it)}`)
  return [
    `${headline(timeline, verdict).text}.`,
    `Seed ${run.seed}, ${lengthText(run.seconds)}, ${amount(faults.length)} faults.`,
    `Votes at the end: ${ends.join(", ")}.`,
    `Answers: ${amount(calls.accepted)} accepted, ${amount(calls.refused)} refused, ${amount(calls.unknown)} unknown.`,
  ].join(" ")
}
