/** Giant bars, with labels of equal size. */

import type { Motion } from "@tallyroom/lib/outcome/tallied"
import { isDecided } from "@tallyroom/lib/outcome/turnout"
import { Picture } from "@tallyroom/lib/ui/picture"
import { useRef } from "preact/hooks"
import { decisionRule } from "../decision/decision-rule"
import {
  FEW_MOTIONS,
  outcomeCounts,
  outcomeInOne,
  outcomeSentences,
  VERDICTS,
} from "../decision/outcome-sentences"
import { ballotRule } from "../tally/ballot-rule"
import { Bar } from "../tally/bar"
import { figuresOf } from "../tally/figures"
import { MotionBar } from "../tally/motion-bar"
import type { Snapshot, SnapshotOption } from "../tally/snapshot"
import { inOrder, type TallyRow, type TallyView } from "../tally/tally-view"
import { useGliding } from "../tally/use-gliding"
import { useThrottled } from "../tally/use-throttled"
import type { StageText } from "./stage-data"
import { layoutOf, startOf } from "./stage-sizes"
import { useFittingRows } from "./use-fitting-rows"

/** Nobody could read more rows from 20 metres away. */
const MOST_ROWS = 12
const REORDER_MS = 2_000
type Props = {
  snapshot: Snapshot
  text: StageText
  covered: boolean
  /** Null while no counts are shown. */
  view: TallyView | null
  /** Whether the numbers are first preferences, which decide nothing yet. */
  isFirst: boolean
  /** Ids of the options that are left in a round; undefined for all. */
  left: readonly string[] | undefined
  /** Why nothing is shown. */
  why: string | null
}

export function StageBars({ snapshot, text, covered, view, isFirst, left, why }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const open = covered ? null : (view?.rows ?? null)
  const ids = useThrottled(leading(snapshot, open), REORDER_MS)
  useGliding(list, ids)
  const shown = ids.split(" ").flatMap((id) => snapshot.options.find((option) => option.id === id) ?? [])
  const more = snapshot.options.length - shown.length
  const rows = shown.map((option) => open?.find((it) => it.option.id === option.id) ?? null)
  const inRows = view !== null && areMotionRows(snapshot, view)
  const columns = shown.length > MOST_ROWS / 2 && !inRows ? 2 : 1
  const widest = widestOf(rows, text)
  const decided = view?.outcome != null
  const mark = (row: TallyRow) =>
    snapshot.phase === "final" && row.leads ? text.t(markKey(row, decided)) : null
  const marks = rows.map((row) => row?.motion && mark(row))
  const shape = [covered, inRows, columns, ...Object.values(widest), ...shown.map(shapeOf), ...marks]
  useFittingRows(list, shape.join("\n"))
  return (
    <section class="stage-tally">
      {why !== null && (
        <p class="why" role="status">
          {why}
        </p>
      )}
      <ul
        class="stage-bars"
        ref={list}
        data-rows={shown.length}
        data-columns={columns}
        data-numbers={inRows ? (shown.length > 1 ? "motions" : "motion") : layoutOf(shown)}
        data-start={startOf(shown, columns)}
      >
        {shown.map((option, i) => (
          <StageRow
            key={option.id}
            {...{ option, text, widest, mark, inRows }}
            isFinal={snapshot.phase === "final"}
            isOut={left?.includes(option.id) === false}
            row={rows[i] ?? null}
          />
        ))}
      </ul>
      <Below {...{ snapshot, more, text }} view={covered ? null : view} isFirst={isFirst} />
    </section>
  )
}

/** More rows than these could not be read: they stand in two columns, without words. */
const MOST_MOTION_ROWS = 8

/**
 * Whether each motion has a row, with its bar and beside it in words what was said, what it needs, and in the end what became of it.
 * One motion alone has the words below its bar, which is as wide as the list.
 */
function areMotionRows({ options }: Snapshot, { outcome }: TallyView): boolean {
  const { length } = options
  if (outcome?.rule !== "majority") return false
  return length === 1 || (length > FEW_MOTIONS && length <= MOST_MOTION_ROWS)
}

/** A line for each motion, or one for all; what would be decided now while the poll goes on. */
function decidedLines(
  { decision, options, phase }: Snapshot,
  { outcome }: TallyView,
  text: StageText,
): string[] {
  if (!decision || !outcome) return []
  if (outcome.rule !== "majority" || !isDecided(outcome))
    return [outcomeInOne(outcome, options, phase === "final", text)].filter(Boolean)
  const counts = outcomeCounts(outcome, options, text)
  // More sentences would take the room of the bars.
  if (counts !== null)
    return [outcomeInOne(outcome, options, phase === "final", text), decisionRule(decision, text)]
  if (options.length > FEW_MOTIONS) return [decisionRule(decision, text)]
  const sentences = outcomeSentences(outcome, options, text)
  return phase === "final" || sentences.length === 0 ? sentences : [`${text.t("ifNow")}:`, ...sentences]
}

function markKey({ motion, tied }: TallyRow, decided: boolean) {
  if (motion) return "carriedMark"
  if (tied) return decided ? "tiedMark" : "tied"
  return "winner"
}

type BelowProps = {
  snapshot: Snapshot
  more: number
  view: TallyView | null
  isFirst: boolean
  text: StageText
}

/** Says how many options are not shown, whether the numbers are first preferences, how many ballots abstained, what a ballot may say while any may be cast, and what a full bar means, where that is not the usual. */
function Below({ snapshot, more, view, isFirst, text }: BelowProps) {
  const { ballot, options } = snapshot
  const full = view?.full ?? null
  // Each motion says how many abstain from it.
  const abstained = ballot?.method === "decide" ? null : (view?.abstained ?? null)
  const told = ballot && snapshot.phase !== "final" ? ballot : null
  const decided = view ? decidedLines(snapshot, view, text) : []
  if (more === 0 && full === null && !ballot && decided.length === 0 && !isFirst) return null
  return (
    <p class="more">
      {decided.length > 0 && (
        <strong id="outcome">
          {decided.map((line) => (
            <span key={line} class="line">
              {`${line} `}
            </span>
          ))}
        </strong>
      )}
      {more > 0 && <span>{text.t("moreOptions", { count: more })}</span>}
      {isFirst && view && <span id="first-preferences">{text.t("firstPreferences")}</span>}
      {abstained !== null && <span id="abstentions">{text.t("abstentions", { count: abstained })}</span>}
      {told && <span id="ballot-rule">{ballotRule({ ballot: told, options }, text)}</span>}
      {full !== null && <span id="scale">{text.t("scale", { share: text.percent(full) })}</span>}
    </p>
  )
}

/** The ids of the options that are shown: all as on the ballot, or if they are too many those with the most votes, in that order. */
function leading({ options }: Snapshot, rows: TallyRow[] | null): string {
  const ids = options.map(({ id }) => id)
  if (options.length <= MOST_ROWS || rows === null) return ids.slice(0, MOST_ROWS).join(" ")
  return inOrder(rows, "votes")
    .slice(0, MOST_ROWS)
    .map(({ option }) => option.id)
    .join(" ")
}

type Widest = { share: string; votes: string; first: string; second: string }

/** The longest texts of the numbers. All rows keep room for them, so that the bars can be compared. */
function widestOf(rows: (TallyRow | null)[], text: StageText): Widest {
  const { percent, number } = text
  const longest = (texts: string[]) =>
    texts.reduce((long, text) => (text.length > long.length ? text : long), "")
  const shown = rows.flatMap((row) => row ?? [])
  const figures = shown.flatMap((row) => figuresOf(row, text) ?? [])
  return {
    share: longest(shown.flatMap(({ share }) => (share === null ? [] : percent(share)))),
    votes: longest(shown.map(({ votes }) => number(votes))),
    first: longest(figures.map(({ first }) => first)),
    second: longest(figures.map(({ second }) => second)),
  }
}

/** All parts of an option that take room in its row. */
function shapeOf({ label, emoji = "", image = "" }: SnapshotOption): string {
  return `${image} ${emoji} ${label}`
}

type RowProps = {
  option: SnapshotOption
  row: TallyRow | null
  text: StageText
  widest: Widest
  mark: (row: TallyRow) => string | null
  /** Whether it is a motion's, with its words beside or below its bar. */
  inRows: boolean
  isFinal: boolean
  /** It takes no part in the round that is shown. */
  isOut: boolean
}

function StageRow({ option, row, text, widest, mark, inRows, isFinal, isOut }: RowProps) {
  const { id, label, emoji, image } = option
  const words = row && !inRows && mark(row)
  // A motion's bar tells what is needed, so its mark stands beside the label.
  const marked = words && <span class="mark">{words}</span>
  return (
    <li data-option={id} class={isOut ? "out" : row?.leads ? "leads" : undefined}>
      <div class="stage-row">
        <span class="label">
          {image && <Picture src={image} />}
          {emoji && (
            <span class="emoji" aria-hidden="true">
              {emoji}
            </span>
          )}
          <bdi data-part="label">{label}</bdi> {row?.motion && marked}
        </span>
        {row && <RowNumbers {...{ row, text, widest, inRows, isFinal }} />}
        {row ? row.motion ? <MotionBar motion={row.motion} /> : <Bar row={row} /> : <span class="bar" />}
        {!row?.motion && marked}
      </div>
    </li>
  )
}

type NumbersProps = Pick<RowProps, "text" | "widest" | "inRows" | "isFinal"> & { row: TallyRow }

function RowNumbers({ row, text, widest, inRows, isFinal }: NumbersProps) {
  const figures = figuresOf(row, text)
  if (!figures)
    return (
      <span class="numbers">
        {row.share !== null && (
          <strong data-part="share" data-widest={widest.share}>
            {text.percent(row.share)}
          </strong>
        )}{" "}
        <span data-part="votes" data-widest={widest.votes}>
          {text.number(row.votes)}
        </span>
      </span>
    )
  const { first, second } = figures
  const needs = inRows && row.motion ? text.t("needs", { count: row.motion.needed }) : null
  return (
    <span class="numbers told">
      <span class="first">
        <strong data-part="first" data-widest={inRows ? undefined : widest.first}>
          {first}
        </strong>{" "}
        {inRows && isFinal && row.motion && <Verdict outcome={row.motion.outcome} text={text} />}
      </span>{" "}
      <span data-part="more" data-widest={inRows ? undefined : widest.second}>
        {[second, needs].filter(Boolean).join(" · ")}
      </span>
    </span>
  )
}

/** "Carried", "Not carried"; nothing where nothing is decided, which is said once for all. */
function Verdict({ outcome, text }: { outcome: Motion["outcome"]; text: StageText }) {
  if (outcome === "no quorum" || outcome === "too many ballots") return null
  return <span class={outcome === "carried" ? "mark" : "mark other"}>{text.t(VERDICTS[outcome])}</span>
}
