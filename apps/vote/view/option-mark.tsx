/** What stands for an option at the start of its card: its image, its emoji, or its place on its colour. */

import type { Option } from "@tallyroom/lib/polls"
import { type Colour, optionColours } from "@tallyroom/lib/ui/colour"

type Props = { option: Option; index: number }

export function OptionMark({ option, index }: Props) {
  const { light, dark } = optionColours(option, index)
  const text = option.emoji ? "" : String(index + 1)
  return (
    <span class="mark" aria-hidden="true">
      <Tile scheme="on-light" colour={light} text={text} />
      <Tile scheme="on-dark" colour={dark} text={text} />
      {option.image && <img src={option.image} alt="" loading="lazy" />}
      {option.emoji && !option.image && <span class="emoji">{option.emoji}</span>}
    </span>
  )
}

/** Colours are attributes, as the page allows no inline styles. */
function Tile({ scheme, colour, text }: { scheme: string; colour: Colour; text: string }) {
  return (
    <svg class={scheme} viewBox="0 0 40 40" aria-hidden="true">
      <rect width="40" height="40" rx="10" fill={colour.fill} />
      {text && (
        <text x="20" y="26" text-anchor="middle" font-size="17" font-weight="700" fill={colour.ink}>
          {text}
        </text>
      )}
    </svg>
  )
}
