/** The order of the rows, which scripts change in place. When the server refuses a move, the page is loaded anew. */

import { useEffect, useRef, useState } from "preact/hooks"
import { useAdminText } from "../admin-text"
import type { PollSummary } from "../views"

/** A move as the API expects it. */
type Move = "up" | "down" | "first" | { before: string } | { after: string }

export function useOrder(polls: PollSummary[]) {
  const { t } = useAdminText()
  const [ids, setIds] = useState(() => polls.map(({ id }) => id))
  const [announcement, setAnnouncement] = useState("")
  const list = useRef<HTMLUListElement>(null)
  const [focus, setFocus] = useState<{ id: string; place: string } | null>(null)
  const sending = useRef(Promise.resolve())

  useEffect(() => {
    if (!focus) return
    const row = list.current?.querySelector(`[data-poll="${focus.id}"]`)
    const buttons = [...(row?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])]
    const same = buttons.find(({ value }) => value === focus.place)
    ;(same ?? buttons[0])?.focus()
    // The state is not cleared: each move sets a new object, and a second one may be waiting already.
  }, [focus])

  const bring = (id: string, to: number, move: Move) => {
    const others = ids.filter((other) => other !== id)
    setIds([...others.slice(0, to), id, ...others.slice(to)])
    setAnnouncement(t("movedTo", { place: to + 1 }))
    // Moves are sent one after the other, as each starts from the list that the one before left.
    sending.current = sending.current.then(() => send(id, move))
  }

  /** What a button does. At the edge of a page of the list the form is sent, which moves the poll to the next page. */
  const press = (id: string, place: "up" | "down" | "first") => (event: Event) => {
    const from = ids.indexOf(id)
    const to = place === "up" ? from - 1 : from + 1
    if (place === "first" || to < 0 || to >= ids.length) return
    event.preventDefault()
    bring(id, to, place)
    setFocus({ id, place })
  }

  /** What happens when a dragged row is dropped on another one. */
  const dropOn = (id: string, over: string) => {
    const [from, to] = [ids.indexOf(id), ids.indexOf(over)]
    if (from < 0 || to < 0 || from === to) return
    bring(id, to, from < to ? { after: over } : { before: over })
  }

  const byId = new Map(polls.map((poll) => [poll.id, poll]))
  const ordered = ids.flatMap((id) => byId.get(id) ?? [])
  return { ordered, list, announcement, press, dropOn }
}

async function send(id: string, place: Move): Promise<void> {
  const answer = await fetch(`/api/polls/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ place }),
  }).catch(() => null)
  if (!answer?.ok) location.reload()
}
