/** Where things stand in the picture, and the parts that all panels share: title, grid and texts. */

import type { ColourName } from "./colours"
import { type Markup, svgElement } from "./svg"

/** In the picture's own pixels. */
export const WIDTH = 1_200
export const MARGIN = 28
/** The plots' left and right edge; names of rows stand left of them, legends right. */
export const LEFT = 140
export const RIGHT = 916
export const LEGEND = RIGHT + 24

/** Where a moment stands. */
export type TimeScale = (ms: number) => number

export function timeScale(lengthMs: number): TimeScale {
  return (ms) => LEFT + (Math.min(ms, lengthMs) / lengthMs) * (RIGHT - LEFT)
}

type TextStyle = { size?: "headline" | "sentence" | "panel" | "small"; anchor?: "start" | "middle" | "end" }

export function textAt(
  x: number,
  y: number,
  words: string,
  colour: ColourName,
  { size, anchor }: TextStyle = {},
): Markup {
  const look = `fill-${colour}${size === undefined ? "" : ` ${size}`}`
  return svgElement("text", { x, y, class: look, "text-anchor": anchor }, words)
}

export function lineFrom(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  colour: ColourName,
  dash?: string,
): Markup {
  return svgElement("line", { x1, y1, x2, y2, class: `grid line-${colour}`, "stroke-dasharray": dash })
}

/** The distance of a legend's rows. */
export const LEGEND_ROW = 25

/** A row of a legend: what a line or an area means, and a number at the right edge of the picture. */
export function legendRow(y: number, sign: Markup, words: string, number: string): Markup[] {
  return [
    sign,
    textAt(LEGEND + 30, y, words, "ink"),
    textAt(WIDTH - MARGIN, y, number, "ink", { anchor: "end" }),
  ]
}

/** The sign of an area. */
export function patch(y: number, colour: ColourName): Markup {
  return svgElement("rect", { x: LEGEND, y: y - 12, width: 24, height: 14, rx: 2, class: `fill-${colour}` })
}

/** A part of the picture, and how high it is. */
export type Panel = { height: number; markup: Markup[] }
