/** The colours of options, adjusted so that they can be seen on our pages, and text on them can be read. */

import { type Channels, contrast, fromHex, mix, toHex } from "./contrast"

/** The colour of a shape, and that of text on it. */
export type Colour = { fill: string; ink: string }
export type OptionColours = { light: Colour; dark: Colour }

/** Twelve hues in an order in which colour-blind readers can tell neighbours apart too, after Okabe and Ito. */
export const PALETTE = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"],
  ...["#7b4fb5", "#8a8d0f", "#b3304f", "#2b8f8f", "#8c5a2b", "#5a6fd8"],
] as const

/** The cards of the theme, on which shapes are drawn: --raised in light and dark. */
const CARDS = { light: "#fffdf8", dark: "#172139" } as const
const WHITE: Channels = [255, 255, 255]
const INK: Channels = [11, 16, 32]

/** WCAG 1.4.11 for shapes, and 1.4.3 for text on them, and a little more for rounding. */
const PAINT_CONTRAST = 3.05
const TEXT_CONTRAST = 4.55
const STEPS = 50

/**
 * The colours of an option in both schemes. As pages allow no inline styles, draw a shape twice with SVG attributes: with the
 * classes `on-light` and `on-dark`, of which the theme shows one.
 * @param index the place of the option in its poll, which chooses the hue of an option without a colour
 */
export function optionColours(option: { colour?: string | undefined }, index: number): OptionColours {
  const wanted = fromHex(option.colour ?? PALETTE[index % PALETTE.length] ?? PALETTE[0])
  return { light: adjusted(wanted, "light"), dark: adjusted(wanted, "dark") }
}

/** The nearest colour that can be seen on the card and on which text can be read: darker on light, lighter on dark. */
function adjusted(wanted: Channels, scheme: keyof typeof CARDS): Colour {
  const card = fromHex(CARDS[scheme])
  const towards = scheme === "light" ? INK : WHITE
  for (let step = 0; step <= STEPS; step++) {
    const fill = mix(wanted, towards, step / STEPS)
    const ink = contrast(fill, WHITE) >= contrast(fill, INK) ? WHITE : INK
    if (contrast(fill, card) >= PAINT_CONTRAST && contrast(fill, ink) >= TEXT_CONTRAST) {
      return { fill: toHex(fill), ink: toHex(ink) }
    }
  }
  return { fill: toHex(towards), ink: CARDS[scheme] }
}
