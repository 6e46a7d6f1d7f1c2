/** The name of an option in a table, with its colour beside it. */

import type { NamedOptions } from "./named-options"

type Props = { id: string; label: string; options: NamedOptions }

export function OptionName({ id, label, options }: Props) {
  return (
    <span class="option-name">
      <Swatch id={id} options={options} /> <bdi>{label}</bdi>
    </span>
  )
}

function Swatch({ id, options }: { id: string; options: NamedOptions }) {
  const { light, dark } = options.colours(id)
  return (
    <svg class="option-swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <rect class="on-light" width="12" height="12" rx="3" fill={light.fill} />
      <rect class="on-dark" width="12" height="12" rx="3" fill={dark.fill} />
    </svg>
  )
}
