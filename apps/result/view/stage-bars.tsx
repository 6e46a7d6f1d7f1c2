/** Giant bars. */

import { Picture } from "@tallyroom/lib/ui/picture"
import { useRef } from "preact/hooks"
import type { Snapshot, SnapshotOption } from "../snapshot"
import { Bar } from "./bars"
import type { StageText } from "./stage-data"
import { fullBar, inOrder, type Row, type Standing } from "./standing"
import { useGliding } from "./use-gliding"
import { useThrottled } from "./use-throttled"

/** More could not be read at 20 metres. */
const MOST_ROWS = 12
const REORDER_MS = 2_000
type Props = {
  snapshot: Snapshot
  text: StageText
  covered: boolean
  /** Null while no counts are shown. */
  standing: Standing | null
  /** Why nothing is shown. */
  why: string | null
}

export function StageBars({ snapshot, text, covered, standing, why }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const open = covered ? null : (standing?.rows ?? null)
  const ids = useThrottled(leading(snapshot, open), REORDER_MS)
  useGliding(list, ids)
  const shown = ids.split(" ").flatMap((id) => snapshot.options.find((option) => option.id === id) ?? [])
  const more = snapshot.options.length - shown.length
  const level = (open?.filter(({ leads }) => leads).length ?? 0) > 1
  const mark = snapshot.phase === "final" ? text.t(level ? "tied" : "winner") : null
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
        data-columns={shown.length > MOST_ROWS / 2 ? 2 : 1}
      >
        {shown.map((option) => (
          <StageRow
            key={option.id}
            {...{ option, text }}
            row={open?.find((it) => it.option.id === option.id) ?? null}
            mark={mark}
          />
        ))}
      </ul>
      <Below more={more} full={open && standing ? fullBar(standing) : null} text={text} />
    </section>
  )
}

/** What is not shown, and what a full bar stands for where that is not all votes. */
function Below({ more, full, text }: { more: number; full: number | null; text: StageText }) {
  if (more === 0 && full === null) return null
  return (
    <p class="more">
      {more > 0 && <span>{text.t("moreOptions", { count: more })}</span>}
      {full !== null && <span id="scale">{text.t("scale", { share: text.percent(full) })}</span>}
    </p>
  )
}

/** As on the ballot; of more options than fit, those with the most votes, in their order. */
function leading({ options }: Snapshot, rows: Row[] | null): string {
  const ids = options.map(({ id }) => id)
  if (options.length <= MOST_ROWS || rows === null) return ids.slice(0, MOST_ROWS).join(" ")
  return inOrder(rows, "votes")
    .slice(0, MOST_ROWS)
    .map(({ option }) => option.id)
    .join(" ")
}

type RowProps = { option: SnapshotOption; row: Row | null; text: StageText; mark: string | null }

function StageRow({ option, row, text, mark }: RowProps) {
  const { id, label, emoji, image } = option
  return (
    <li data-option={id} class={row?.leads ? "leads" : undefined}>
      <div class="stage-row">
        <span class="label" data-size={sizeOf(label)}>
          {image && <Picture src={image} />}
          {emoji && (
            <span class="emoji" aria-hidden="true">
              {emoji}
            </span>
          )}
          <bdi data-part="label">{label}</bdi>
        </span>
        <span class="numbers">
          {row && (
            <>
              {row.share !== null && <strong data-part="share">{text.percent(row.share)}</strong>}{" "}
              <span data-part="votes">{text.number(row.votes)}</span>
            </>
          )}
        </span>
        {row ? <Bar row={row} /> : <span class="bar" />}
        {mark && row?.leads && <span class="mark">{mark}</span>}
      </div>
    </li>
  )
}

/** So wide is a letter of Chinese, Japanese or Korean, in letters of the alphabet. */
const WIDE = 1.7
const FIRST_WIDE = 0x2e80
const ROOM = { s: 16, m: 30, l: 54 }

/** The largest letters in which the label has room: one line of large ones, two of medium or small, three of tiny ones. */
function sizeOf(label: string): "s" | "m" | "l" | "xl" {
  const width = [...label].reduce((sum, it) => sum + ((it.codePointAt(0) ?? 0) >= FIRST_WIDE ? WIDE : 1), 0)
  if (width <= ROOM.s) return "s"
  if (width <= ROOM.m) return "m"
  return width <= ROOM.l ? "l" : "xl"
}
