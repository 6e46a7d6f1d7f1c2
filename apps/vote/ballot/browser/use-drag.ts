/** Dragging an item of a list to another place, by a finger or a mouse. */

import { useEffect, useRef } from "preact/hooks"

/** So near to an end of the window, dragging scrolls the page, the faster the nearer. The bar that casts is at its lower end. */
const TOP_EDGE = 96
const BOTTOM_EDGE = 192
/** Pixels in each millisecond, for each pixel that the pointer is beyond the edge. */
const SPEED = 0.01
/** A page that was busy for longer does not jump on. */
const LONGEST_FRAME_MS = 100
/** A press that moves less only holds the handle. */
const FIRST_MOVE = 4

/**
 * @param list whose items are in the order of their places
 * @param onMove is called with the place, from 0, to which an item was dragged
 * @returns a function to be called when the handle of an item is pressed
 */
export function useDrag(
  list: { readonly current: HTMLElement | null },
  onMove: (id: string, to: number) => void,
): (event: PointerEvent, id: string) => void {
  const latest = useRef(onMove)
  latest.current = onMove
  const stop = useRef(() => {})
  useEffect(() => () => stop.current(), [])
  return (event, id) => {
    const item = (event.target as HTMLElement).closest("li")
    if (!item || !list.current) return
    const { children } = list.current
    const start = event.clientY
    let y = start
    let frame = 0
    event.preventDefault()
    stop.current()
    item.classList.add("dragged")
    const place = () => latest.current(id, placeAt(children, item, y))
    // A finger that holds still at an end goes on scrolling.
    let before = 0
    const scroll = (now: number) => {
      const by = scrollAt(children, y) * Math.min(now - before, LONGEST_FRAME_MS)
      before = now
      if (by !== 0) {
        scrollBy(0, by)
        place()
      }
      frame = requestAnimationFrame(scroll)
    }
    // On the window, as the handle itself moves within the list.
    const drag = ({ clientY }: PointerEvent) => {
      y = clientY
      if (frame === 0 && Math.abs(y - start) < FIRST_MOVE) return
      frame ||= requestAnimationFrame(scroll)
      place()
    }
    addEventListener("pointermove", drag)
    addEventListener("pointerup", stopDrag)
    addEventListener("pointercancel", stopDrag)
    stop.current = stopDrag
    function stopDrag() {
      cancelAnimationFrame(frame)
      item?.classList.remove("dragged")
      removeEventListener("pointermove", drag)
      removeEventListener("pointerup", stopDrag)
      removeEventListener("pointercancel", stopDrag)
    }
  }
}

/**
 * The place that puts the dragged item under the pointer. It passes another one as soon as the pointer is where it would then
 * stand, so that it never jumps back and forth over a higher one.
 */
function placeAt(items: HTMLCollection, dragged: Element, y: number): number {
  const { height } = dragged.getBoundingClientRect()
  let isBelow = false
  const isPassed = (item: Element) => {
    if (item === dragged) {
      isBelow = true
      return false
    }
    const { top, bottom } = item.getBoundingClientRect()
    return y > (isBelow ? Math.max(top, bottom - height) : Math.min(bottom, top + height))
  }
  return [...items].filter(isPassed).length
}

/** How many pixels to scroll by in each millisecond; none where that end of the list is in sight. */
function scrollAt(items: HTMLCollection, y: number): number {
  const top = items[0]?.getBoundingClientRect().top ?? 0
  const bottom = items[items.length - 1]?.getBoundingClientRect().bottom ?? 0
  const floor = innerHeight - BOTTOM_EDGE
  if (y < TOP_EDGE && top < TOP_EDGE) return (y - TOP_EDGE) * SPEED
  return y > floor && bottom > floor ? (y - floor) * SPEED : 0
}
