/** The colour of an option, beside its name in a table. */

import type { NamedOptions } from "./named-options"

export function Swatch({ id, options }: { id: string; options: NamedOptions }) {
  const { light, dark } = options.colours(id)
  return (
    <svg class="option-swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <rect class="on-light" width="12" height="12" rx="3" fill={light.fill} />
      <rect class="on-dark" width="12" height="12" rx="3" fill={dark.fill} />
    </svg>
  )
}
