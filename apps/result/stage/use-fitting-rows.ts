/** Finds one size of letters for all rows of the big screen: the largest with which nothing is cut off or takes too many lines. */

import type { RefObject } from "preact"
import { useLayoutEffect } from "preact/hooks"

/** The same as --unit in stage.css: a hundredth of the width of the largest 16:9 area that fits into the screen. */
const UNIT_OF_WIDTH = 1 / 100
const UNIT_OF_HEIGHT = 1.7778 / 100
/** In units. Larger letters would not be easier to read. */
const LARGEST = 4.4
const SMALLEST_PX = 8
const EXACT_PX = 0.5
/** The part of the height of a row that may be used. The rest keeps the rows apart. */
const FULL = 0.91
/** A little more than two lines, in units of the font size. */
const MOST_LABEL_EM = 2.5

/** Sets `--row-size` of the list whenever the size of the list changes, or `shape`, which names all that takes room in it. */
export function useFittingRows(list: RefObject<HTMLElement | null>, shape: string): void {
  useLayoutEffect(() => {
    const { current } = list
    if (!current) return
    const fit = () => fitRows(current)
    fit()
    const resized = new ResizeObserver(fit)
    resized.observe(current)
    return () => resized.disconnect()
  }, [list, shape])
}

function fitRows(list: HTMLElement): void {
  const rows = [...list.querySelectorAll<HTMLElement>(".stage-row")]
  const unit = Math.min(innerWidth * UNIT_OF_WIDTH, innerHeight * UNIT_OF_HEIGHT)
  let [fits, tooLarge] = [SMALLEST_PX, LARGEST * unit]
  const tryOut = (size: number) => list.style.setProperty("--row-size", `${size}px`)
  while (tooLarge - fits > EXACT_PX) {
    const size = (fits + tooLarge) / 2
    tryOut(size)
    if (rows.every((row) => hasRoom(row, size))) fits = size
    else tooLarge = size
  }
  tryOut(fits)
}

function hasRoom(row: HTMLElement, size: number): boolean {
  const label = row.querySelector<HTMLElement>(".label")
  return (
    row.offsetHeight <= FULL * (row.parentElement?.clientHeight ?? 0) &&
    row.scrollWidth <= row.clientWidth &&
    (!label || (label.scrollWidth <= label.clientWidth && label.offsetHeight <= MOST_LABEL_EM * size))
  )
}
