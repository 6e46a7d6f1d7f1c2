/** Lets rows glide to their new places instead of jumping there. */

import type { RefObject } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"

const GLIDE_MS = 450

/** Moves the children of `list` that have data-option whenever `order` changes, unless the reader wants no motion. */
export function useGliding(list: RefObject<HTMLElement | null>, order: string): void {
  const places = useRef(new Map<string, number>())
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    for (const row of list.current?.querySelectorAll<HTMLElement>("[data-option]") ?? []) {
      const id = row.dataset.option ?? ""
      const before = places.current.get(id)
      places.current.set(id, row.offsetTop)
      const way = before === undefined ? 0 : before - row.offsetTop
      if (way === 0 || still) continue
      const frames = [{ transform: `translateY(${way}px)` }, { transform: "none" }]
      row.animate(frames, { duration: GLIDE_MS, easing: "ease-in-out" })
    }
  }, [list, order])
}
