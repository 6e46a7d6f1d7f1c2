/** Finds what a built stylesheet needs of a browser: at-rules, selectors, properties, and their values. */

import bcd, { type Identifier } from "@mdn/browser-compat-data"
import { type Block, type CssNode, type Declaration, generate, parse, walk } from "css-tree"
import { featureAt, lacking, type Need, onceEach } from "./targets"

/** Units are described together under these names. */
const UNITS = [
  [/^d(v[hwib]|vmin|vmax)$/, "viewport_percentage_units_dynamic"],
  [/^l(v[hwib]|vmin|vmax)$/, "viewport_percentage_units_large"],
  [/^s(v[hwib]|vmin|vmax)$/, "viewport_percentage_units_small"],
  [/^cq([hwib]|min|max)$/, "container_query_length_units"],
] as const
const LONGEST_PIECE = 120

/** Where functions such as color-mix() are described, by their names. */
const FUNCTIONS = functionsByName()

/**
 * Finds what some supported browser lacks. Rules in `@supports` are not needed; and if the same property comes before
 * with a value that all browsers know, a browser that does not know the later value keeps that.
 */
export function needsOfStyle(css: string): Need[] {
  const needs: Need[] = []
  const use = (node: CssNode, ...features: string[]) => {
    for (const feature of features.filter((it) => featureAt(it) && lacking(it).length > 0))
      needs.push({ feature, lackedBy: lacking(feature), where: generate(node).slice(0, LONGEST_PIECE) })
  }
  walk(parsed(css), function (node) {
    if (node.type === "Atrule") {
      if (node.name === "supports") return this.skip
      use(node, `css.at-rules.${node.name}`)
    }
    if (node.type === "Feature") use(node, `css.at-rules.media.${node.name.replace(/^(min|max)-/, "")}`)
    if (node.type === "FeatureRange") use(node, "css.at-rules.media.range_syntax")
    if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector")
      use(node, `css.selectors.${node.name}`)
    if (node.type === "NestingSelector" || (node.type === "Rule" && this.rule))
      use(node, "css.selectors.nesting")
    if (node.type === "Declaration") {
      const siblings = declarationsIn(this.block)
      if (!hasPrefixed(node, siblings)) use(node, `css.properties.${node.property}`)
      if (!hasFallback(node, siblings)) use(node, ...lackedByValue(node))
    }
    return undefined
  })
  return onceEach(needs)
}

/** @throws {Error} where css-tree does not understand the file, as skipped parts would be unchecked */
function parsed(css: string): CssNode {
  const onParseError = (error: Error) => {
    throw new Error(`a stylesheet can't be read: ${error.message}`, { cause: error })
  }
  return parse(css, { parseCustomProperty: true, onParseError })
}

const declarationsIn = (block: Block | null) =>
  (block?.children.toArray() ?? []).filter((it) => it.type === "Declaration")

/** A prefixed name is for browsers that know the feature only by that. */
function hasPrefixed({ property }: Declaration, siblings: Declaration[]): boolean {
  return siblings.some((it) => [`-webkit-${property}`, `-moz-${property}`].includes(it.property))
}

/**
 * An earlier value is kept only where browsers can tell at once that they don't know this one: not with var() in it, and
 * not for a custom property, which takes anything.
 */
function hasFallback(declaration: Declaration, siblings: Declaration[]): boolean {
  const { property, important } = declaration
  if (property.startsWith("--") || generate(declaration.value).includes("var(")) return false
  const before = siblings.slice(0, siblings.indexOf(declaration))
  return before.some(
    (it) => it.property === property && it.important === important && lackedByValue(it).length === 0,
  )
}

function lackedByValue({ property, value }: Declaration): string[] {
  const features: string[] = []
  walk(value, (node) => {
    if (node.type === "Dimension") features.push(...unitPlaces(node.unit.toLowerCase()))
    if (node.type === "Function") features.push(...(FUNCTIONS.get(node.name) ?? []))
    if (node.type === "Identifier") features.push(`css.properties.${property}.${node.name}`)
  })
  return features.filter((it) => featureAt(it) && lacking(it).length > 0)
}

function unitPlaces(unit: string): string[] {
  const family = UNITS.find(([pattern]) => pattern.test(unit))?.[1]
  return [`css.types.length.${family ?? unit}`]
}

/** color() is described in the type color: where a name occurs twice, the inner one is the function. */
function functionsByName(): Map<string, string[]> {
  const functions = new Map<string, string[]>()
  const addAll = (place: string, parts: Identifier) => {
    for (const [key, part] of Object.entries(parts)) {
      if (key === "__compat") continue
      const path = `${place}.${key}`
      functions.set(key.replace(/[-_]function$/, ""), [path])
      addAll(path, part as Identifier)
    }
  }
  addAll("css.types", bcd.css.types as Identifier)
  return functions
}
