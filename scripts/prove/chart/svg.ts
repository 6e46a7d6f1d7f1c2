/** Writes elements of SVG as text. */

type Attributes = Record<string, string | number | undefined>

/** Markup that needs no more escaping. */
export type Markup = { readonly markup: string }

/** An element with its children; a string among these is text. */
export function svgElement(name: string, attributes: Attributes, ...children: (Markup | string)[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? short(value) : `${value}`)}"`)
    .join("")
  const inner = children.map((child) => (typeof child === "string" ? escaped(child) : child.markup)).join("")
  return { markup: inner === "" ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` }
}

/** Coordinates with one digit after the point, which is more than a screen shows. */
export function short(value: number): string {
  return `${Math.round(value * 10) / 10}`
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write these
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_IN_XML, "\ufffd")
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
}
