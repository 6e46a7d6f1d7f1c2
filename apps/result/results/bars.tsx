/** The options as bars, which are live wherever scripts run. */

import { Picture } from "@tallyroom/lib/ui/picture"
import { useRef } from "preact/hooks"
import { Bar } from "../tally/bar"
import { figuresOf } from "../tally/figures"
import { MotionBar } from "../tally/motion-bar"
import type { SnapshotOption } from "../tally/snapshot"
import { inOrder, type Order, type TallyRow } from "../tally/tally-view"
import { useGliding } from "../tally/use-gliding"
import { useThrottled } from "../tally/use-throttled"
import { Distribution } from "./distribution"
import type { ResultsText } from "./results-data"

/** Nobody could read rows that change places more often. */
const REORDER_MS = 1_000
/** Labels with more characters are written in smaller letters. */
const LONG_LABEL = 40

/** Numbers from this one on are written in smaller letters where the text is large. */
const LONG_NUMBER = 1e6

type BarsProps = { rows: TallyRow[]; order: Order; text: ResultsText; final: boolean; decided: boolean }

/** @param decided whether the poll has a decision of its own: then several may win, and be tied for the last seat */
export function Bars({ rows, order, text, final, decided }: BarsProps) {
  const list = useRef<HTMLUListElement>(null)
  const wanted = inOrder(rows, order)
  const settled = useThrottled(key(wanted), REORDER_MS)
  const places = new Map((order === "ballot" ? key(rows) : settled).split(" ").map((id, i) => [id, i]))
  const placeOf = ({ option }: TallyRow) => places.get(option.id) ?? 0
  const shown = [...wanted].sort((a, b) => placeOf(a) - placeOf(b))
  useGliding(list, key(shown))
  return (
    <ul class="bars" ref={list}>
      {shown.map((row) => (
        <BarRow key={row.option.id} row={row} text={text} mark={mark(row)} />
      ))}
    </ul>
  )

  function mark({ leads, tied, motion }: TallyRow) {
    if (!final || !leads) return null
    if (motion) return text.t("carriedMark")
    if (tied) return text.t(decided ? "tiedMark" : "tied")
    return text.t("winner")
  }
}

function key(rows: TallyRow[]): string {
  return rows.map(({ option }) => option.id).join(" ")
}

function BarRow({ row, text, mark }: { row: TallyRow; text: ResultsText; mark: string | null }) {
  const { option, leads, motion, rated } = row
  return (
    <li data-option={option.id} class={leads ? "leads" : undefined}>
      <OptionLabel option={option} mark={mark} />
      <Figures row={row} text={text} />
      {motion ? <MotionBar motion={motion} /> : <Bar row={row} />}
      {motion && <span class="needs">{text.t("needs", { count: motion.needed })}</span>}
      {rated && rated.ratings > 0 && <Distribution rated={rated} text={text} />}
    </li>
  )
}

function Figures({ row, text }: { row: TallyRow; text: ResultsText }) {
  const { votes, share } = row
  const figures = figuresOf(row, text)
  return (
    <span class={figures ? "numbers told" : "numbers"}>
      <strong data-part="votes" class={votes >= LONG_NUMBER ? "long" : undefined}>
        {figures?.first ?? text.number(votes)}
      </strong>{" "}
      {figures ? (
        <span data-part="more">{figures.second}</span>
      ) : (
        share !== null && <span data-part="share">{text.percent(share)}</span>
      )}
    </span>
  )
}

export function OptionLabel({ option, mark }: { option: SnapshotOption; mark?: string | null }) {
  const { label, emoji, image } = option
  return (
    <span class={label.length > LONG_LABEL ? "label long" : "label"}>
      {image && <Picture src={image} />}
      {emoji && (
        <span class="emoji" aria-hidden="true">
          {emoji}
        </span>
      )}
      <span class="label-text">
        <bdi data-part="label">{label}</bdi>
        {mark && <span class="chip good mark">{mark}</span>}
      </span>
    </span>
  )
}
