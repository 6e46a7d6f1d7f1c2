/** The mark of an option at the start of its card: its image, else its emoji, else its place on its colour. */

import { useRef } from "preact/hooks"
import { type Colour, optionColours } from "./colour"
import { useIsBroken } from "./picture"

export type MarkedOption = {
  emoji?: string | undefined
  /** Like "#2f6fed". */
  colour?: string | undefined
  /** Address of a picture. */
  image?: string | undefined
}

type Props = {
  option: MarkedOption
  /** The option's place in its poll, from 0. */
  index: number
}

/**
 * A decoration beside the label, with the size `--mark` and the styles of option-mark.css. Where a picture can't be loaded, the
 * mark is that of the same option without a picture; until scripts run it is the plain colour.
 */
export function OptionMark({ option, index }: Props) {
  const { emoji, image } = option
  const picture = useRef<HTMLImageElement>(null)
  const shown = useIsBroken(image, picture) ? undefined : image
  const { light, dark } = optionColours(option, index)
  const text = emoji || shown ? "" : String(index + 1)
  return (
    <span class="mark notranslate" aria-hidden="true">
      <Tile scheme="on-light" colour={light} text={text} />
      <Tile scheme="on-dark" colour={dark} text={text} />
      {shown && <img key={shown} ref={picture} src={shown} alt="" loading="lazy" />}
      {emoji && !shown && (
        <span key={emoji} ref={fit} class={`emoji ${isOne(emoji) ? "" : "several"}`}>
          {emoji}
        </span>
      )}
    </span>
  )
}

/** The parts of an emoji beside its first sign (UTS 51), and one half of a flag. Firefox before 125 has no Intl.Segmenter. */
const PARTS = /\u200d.|[\ufe0f\u20e3\u{e0020}-\u{e007f}]|\p{EMod}|\p{RI}(?=\p{RI})/gu

function isOne(emoji: string): boolean {
  return [...emoji.replace(PARTS, "")].length === 1
}

/** Makes an emoji smaller that the font of this system draws wider than the mark. It is centred, so it reaches out on both sides. */
function fit(text: HTMLElement | null): void {
  const { clientWidth = 0, scrollWidth = 0 } = text ?? {}
  if (scrollWidth > clientWidth)
    text?.style.setProperty("--fit", `${clientWidth / (2 * scrollWidth - clientWidth)}`)
}

/** Colours are attributes, as pages allow no inline styles. */
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
