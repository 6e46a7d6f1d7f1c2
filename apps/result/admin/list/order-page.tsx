/** The list of polls while an admin changes its order, by buttons, each of which is a form, or by dragging rows. */

import { useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { PollChips } from "../parts"
import type { ListPart, PollSummary } from "../views"
import { listAddress, rowName } from "./list-address"
import { useOrder } from "./use-order"

type Place = "up" | "down" | "first"

export function OrderedList({ polls, part }: { polls: PollSummary[]; part: ListPart }) {
  const { t } = useAdminText()
  const { ordered, list, announcement, press, dropOn } = useOrder(polls)
  const [dragged, setDragged] = useState<string | null>(null)
  const isFirst = (i: number) => part.page === 1 && i === 0
  const isLast = (i: number) => !part.hasNext && i === ordered.length - 1
  return (
    <>
      <p>{t("orderText")}</p>
      <ul class="poll-list" ref={list}>
        {ordered.map((poll, i) => (
          <OrderRow
            key={poll.id}
            poll={poll}
            isFirst={isFirst(i)}
            isLast={isLast(i)}
            isDragged={poll.id === dragged}
            press={press}
            onDrag={setDragged}
            onOver={() => dragged !== null && dropOn(dragged, poll.id)}
          />
        ))}
      </ul>
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
      <p>
        <a class="button primary" href={listAddress({ ...part, ordering: false }, part.page)}>
          {t("orderDone")}
        </a>
      </p>
    </>
  )
}

type RowProps = {
  poll: PollSummary
  isFirst: boolean
  isLast: boolean
  isDragged: boolean
  press: (id: string, place: Place) => (event: Event) => void
  onDrag: (id: string | null) => void
  onOver: () => void
}

function OrderRow({ poll, isFirst, isLast, isDragged, press, onDrag, onOver }: RowProps) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const button = (place: Place, sign: string, disabled: boolean) => (
    <button
      class="button icon"
      type="submit"
      name="place"
      value={place}
      disabled={disabled || poll.deleting}
      aria-label={t(`${place}Poll`, { title: poll.title })}
      onClick={press(poll.id, place)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  )
  return (
    <li
      class={`card order-row ${isDragged ? "dragged" : ""}`}
      id={rowName(poll.id)}
      data-poll={poll.id}
      draggable={mounted && !poll.deleting}
      onDragStart={({ dataTransfer }) => {
        dataTransfer?.setData("text/plain", poll.title)
        onDrag(poll.id)
      }}
      onDragEnd={() => onDrag(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        onOver()
      }}
    >
      <div>
        <h2>
          <bdi>{poll.title}</bdi>
        </h2>
        <p class="poll-facts">
          <PollChips poll={poll} />
          <code>{poll.id}</code>
        </p>
      </div>
      <form class="order-buttons" method="post" action={`/admin/polls/${poll.id}/place`}>
        {button("up", "↑", isFirst)}
        {button("down", "↓", isLast)}
        {button("first", "⇈", isFirst)}
      </form>
    </li>
  )
}
