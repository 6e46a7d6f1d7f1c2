/** QR codes as SVG, drawn on the server. */

import { h } from "preact"
import { renderToString } from "preact-render-to-string"
import { encode } from "uqr"

/** Readers need four modules of white around the code (ISO/IEC 18004). */
const QUIET_ZONE = 4

type Props = {
  text: string
  /** What the code is for; screen readers read it instead of the code. */
  label: string
}

/** The code as a component: black on white in every theme, with its quiet zone. It is as large as its box. */
export function Qr({ text, label }: Props) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE })
  const viewBox = `0 0 ${size} ${size}`
  return h(
    "svg",
    { class: "qr", viewBox, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    [
      h("rect", { key: "paper", width: size, height: size, fill: "#fff" }),
      h("path", { key: "code", fill: "#000", d: data.map(darkRuns).join("") }),
    ],
  )
}

/** The same as SVG markup. */
export function qrSvg(text: string, { label }: { label: string }): string {
  return renderToString(h(Qr, { text, label }))
}

/** A path with one rectangle for each run of dark modules in row `y`. */
function darkRuns(row: boolean[], y: number): string {
  let path = ""
  for (let x = 0; x < row.length; x++) {
    const start = x
    while (row[x]) x++
    if (x > start) path += `M${start} ${y}h${x - start}v1h${start - x}z`
  }
  return path
}
