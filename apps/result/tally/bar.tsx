/** The bar of one option. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import type { TallyRow } from "./tally-view"

/** The bar is drawn for both colour schemes, and the theme shows one: a style attribute could choose, but pages allow none. */
export function Bar({ row: { option, index, length } }: { row: TallyRow }) {
  const { light, dark } = optionColours(option, index)
  const width = `${(100 * length).toFixed(2)}%`
  return (
    <svg class="bar" aria-hidden="true">
      <rect class="on-light" data-part="bar" width={width} height="100%" fill={light.fill} />
      <rect class="on-dark" width={width} height="100%" fill={dark.fill} />
    </svg>
  )
}
