/**
 * The panel of what was done to the system: a group of lanes for each kind of fault, a bar for each fault. Where there is room
 * each bar says what it is; in a long run there is none, and its colour and place say it.
 */

import { FAULT_KINDS, type FaultKind } from "./fault-kinds"
import { LEFT, lineFrom, MARGIN, type Panel, RIGHT, type TimeScale, textAt, WIDTH } from "./frame"
import { type Extent, inLanes } from "./lanes"
import { type Markup, svgElement } from "./svg"
import type { FaultBar, RunTimeline } from "./timeline"
import { amount } from "./verdict"

const TITLE_HEIGHT = 26
/** More lanes with labels would be more to read than anybody does. */
const MOST_LABELLED_LANES = 18
const MOST_LABELLED_BARS = 60
/** A broad guess of a letter's width at 13 px, as nothing here measures text. */
const LETTER = 7.2
const LONGEST_LABEL = 34
const LEAST_BAR = 4
const GROUP_GAP = 8
const LEAST_GROUP = 20

type Look = { lane: number; bar: number; labels: boolean }
const LABELLED: Look = { lane: 21, bar: 17, labels: true }
const BARE: Look = { lane: 10, bar: 8, labels: false }

type Placed = { fault: FaultBar; from: number; to: number; label: string; labelAt: number; extent: Extent }
type Group = { sort: FaultKind; count: number; lanes: Placed[][] }

export function faultsPanel({ faults }: RunTimeline, top: number, x: TimeScale): Panel {
  const title =
    faults.length === 0 ? "No fault" : `${amount(faults.length)} ${faults.length === 1 ? "fault" : "faults"}`
  const markup = [textAt(LEFT, top + 14, title, "ink", { size: "panel" })]
  const { look, groups } = chosen(faults, x)
  let y = top + TITLE_HEIGHT
  for (const group of groups) {
    const height = Math.max(LEAST_GROUP, group.lanes.length * look.lane)
    markup.push(
      lineFrom(MARGIN, y, RIGHT, y, "line"),
      textAt(MARGIN, y + GROUP_GAP + 10, group.sort, group.sort),
      textAt(LEFT - 10, y + GROUP_GAP + 10, amount(group.count), "muted", { size: "small", anchor: "end" }),
    )
    group.lanes.forEach((lane, i) => {
      for (const placed of lane) markup.push(bar(placed, y + GROUP_GAP / 2 + 2 + i * look.lane, look))
    })
    y += height + GROUP_GAP
  }
  return { height: y - top, markup }
}

/** With labels, if they fit. */
function chosen(faults: readonly FaultBar[], x: TimeScale): { look: Look; groups: Group[] } {
  const labelled = groupsOf(faults, x, LABELLED)
  const lanes = labelled.reduce((sum, group) => sum + group.lanes.length, 0)
  if (faults.length <= MOST_LABELLED_BARS && lanes <= MOST_LABELLED_LANES)
    return { look: LABELLED, groups: labelled }
  return { look: BARE, groups: groupsOf(faults, x, BARE) }
}

function groupsOf(faults: readonly FaultBar[], x: TimeScale, look: Look): Group[] {
  return FAULT_KINDS.flatMap((sort) => {
    const placed = faults.filter((it) => it.sort === sort).map((fault) => place(fault, x, look))
    if (placed.length === 0) return []
    return [{ sort, count: placed.length, lanes: inLanes(placed, ({ extent }) => extent) }]
  })
}

function place(fault: FaultBar, x: TimeScale, { labels }: Look): Placed {
  const from = x(fault.from)
  const to = Math.max(x(fault.to), from + LEAST_BAR)
  if (!labels) return { fault, from, to, label: "", labelAt: from, extent: [from, to + 1] }
  const label = labelOf(fault)
  const width = label.length * LETTER
  const labelAt = Math.min(from + LEAST_BAR + 4, WIDTH - MARGIN - width)
  return {
    fault,
    from,
    to,
    label,
    labelAt,
    extent: [Math.min(from, labelAt), Math.max(to, labelAt + width) + 8],
  }
}

function labelOf({ name, target }: FaultBar): string {
  const label = `${target}: ${name}`
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label
}

/** A pale bar with a strong edge, so that its label is readable upon it and beyond it. */
function bar({ fault, from, to, label, labelAt }: Placed, y: number, look: Look): Markup {
  const fill = `fill-${fault.sort}`
  const note = svgElement("title", {}, `${fault.target}: ${fault.name}. ${fault.note}`)
  const box = { x: from, y, width: to - from, height: look.bar, rx: 2, class: fill }
  if (!look.labels) return svgElement("g", {}, note, svgElement("rect", box))
  return svgElement(
    "g",
    {},
    note,
    svgElement("rect", { ...box, "fill-opacity": 0.28 }),
    svgElement("rect", { ...box, width: LEAST_BAR }),
    textAt(labelAt, y + 13, label, "ink", { size: "small" }),
  )
}
