/** How the timeline looks, by day and by night: the colours of the house's theme (lib/ui/theme.css), and six for kinds of faults. */

type Colour = readonly [light: string, dark: string]

const THEME = {
  raised: ["#fffdf8", "#172139"],
  ink: ["#131a2c", "#f3eee3"],
  muted: ["#555b6b", "#b2b9ca"],
  line: ["#dbd3c3", "#2d3957"],
  edge: ["#857e6f", "#7482a6"],
  accent: ["#b5400f", "#ff9c5b"],
  good: ["#17693f", "#6bd39c"],
  bad: ["#a8123a", "#ff8f9f"],
  blue: ["#1f49c4", "#9db8ff"],
  violet: ["#7a2fb0", "#d7a6ff"],
  wash: ["#a9dcbf", "#2c6b4b"],
  amber: ["#c48a00", "#f2c14e"],
  pale: ["#c9c3b6", "#4a5679"],
  process: ["#2660c9", "#7fabff"],
  link: ["#7a3fc0", "#c09bff"],
  store: ["#0b7a75", "#4fd0c8"],
  clock: ["#8a6100", "#f2c14e"],
  power: ["#a8123a", "#ff8f9f"],
  host: ["#555b6b", "#b2b9ca"],
} as const satisfies Record<string, Colour>

export type ColourName = keyof typeof THEME

/** The classes `fill-…` and `line-…` for each colour, and the sizes of text. None is below 13 px. */
export const STYLE = [
  "text{font:14px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;font-variant-numeric:tabular-nums}",
  ".headline{font-size:24px;font-weight:700}",
  ".sentence{font-size:18px;font-weight:700}",
  ".panel{font-size:16px;font-weight:650}.small{font-size:13px}",
  "path:not([class*=fill]){fill:none}.grid{stroke-width:1}",
  colours(0),
  `@media (prefers-color-scheme:dark){${colours(1)}}`,
].join("\n")

function colours(mode: 0 | 1): string {
  return Object.entries(THEME)
    .map(([name, colour]) => `.fill-${name}{fill:${colour[mode]}}.line-${name}{stroke:${colour[mode]}}`)
    .join("")
}
