/** Dragging an item of a list to another place, by a finger or a mouse. */

import { useEffect, useRef } from "preact/hooks"

/** So near to an end of the window, dragging scrolls the page. */
const EDGE = 96
const SCROLL = 12

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
    event.preventDefault()
    stop.current()
    // On the window, as the handle itself moves within the list.
    const drag = ({ clientY }: PointerEvent) => {
      if (clientY < EDGE) scrollBy(0, -SCROLL)
      else if (clientY > innerHeight - 2 * EDGE) scrollBy(0, SCROLL)
      latest.current(id, placeAt(list.current, clientY))
    }
    addEventListener("pointermove", drag)
    addEventListener("pointerup", stopDrag)
    addEventListener("pointercancel", stopDrag)
    stop.current = stopDrag
    function stopDrag() {
      removeEventListener("pointermove", drag)
      removeEventListener("pointerup", stopDrag)
      removeEventListener("pointercancel", stopDrag)
    }
  }
}

/** The place of the item in whose height this is; beyond the ends the nearest one. */
function placeAt(list: HTMLElement | null, y: number): number {
  const items = [...(list?.children ?? [])]
  const below = items.findIndex((item) => y < item.getBoundingClientRect().bottom)
  return below === -1 ? items.length - 1 : below
}
