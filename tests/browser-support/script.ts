/** Finds what a built script needs of a browser: the APIs and methods that it names, and its syntax. */

import bcd, { type Identifier } from "@mdn/browser-compat-data"
import { type AnyNode, type CallExpression, type MemberExpression, type Node, parse } from "acorn"
import { simple } from "acorn-walk"
import { type TransformOptions, transform } from "esbuild"
import { ESBUILD_TARGETS, featureAt, lacking, type Need, onceEach } from "./targets"

const BUILTINS = "javascript.builtins"
/** The parts of MDN's data that describe global names of scripts. */
const GLOBALS = ["api", BUILTINS, "api.Window"]
/** The interface of a global object, by the object's name. */
const SINGLETONS: Record<string, string> = {
  ...{ document: "Document", globalThis: "Window", self: "Window", window: "Window" },
  ...{ crypto: "Crypto", history: "History", location: "Location", navigator: "Navigator" },
  ...{ performance: "Performance", screen: "Screen" },
}
/**
 * Interfaces that are left out when a member of an unknown object is looked up: scripts reach those by their global
 * name, or no page uses that family at all.
 */
const NOT_MET = /^(Crypto|History|Location|Navigator|Performance|Screen|Window)$|^(RTC|SVG|VTT)|Worker/
/** Iterators have methods with the names of an array's, and those are young. */
const MAKES_ITERATOR = new Set(["entries", "keys", "matchAll", "values"])
/** So many characters of a minified file are shown on each side. */
const CONTEXT = 40

/** The members of all interfaces by their names, as a script does not tell whose member it uses. */
const MEMBERS = membersByName()

/** Finds the names and the syntax of a script that some supported browser lacks. */
export async function needsOfScript(code: string): Promise<Need[]> {
  return onceEach([...namedIn(code), ...(await syntaxOf(code))])
}

function namedIn(code: string): Need[] {
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" })
  const own = declaredIn(program)
  const harmless = askedFor(program)
  const needs: Need[] = []
  /** A name may mean one of several things; if every browser has one of them, nothing is lacking. */
  const use = (features: string[], node: Node) => {
    const lackedBy = features.map((feature) => lacking(feature))
    const [feature = ""] = features
    if (features.length === 0 || harmless.has(node) || lackedBy.some((it) => it.length === 0)) return
    const where = code.slice(Math.max(0, node.start - CONTEXT), node.end + CONTEXT)
    needs.push({ feature, lackedBy: lackedBy[0] ?? [], where })
  }
  simple(program, {
    Identifier(node) {
      if (!own.has(node.name)) use(globalNamed(node.name), node)
    },
    MemberExpression(node) {
      use(memberOf(node, own), node)
    },
    ObjectPattern(node) {
      for (const property of node.properties) {
        if (property.type === "Property" && property.key.type === "Identifier")
          use(anyMember(property.key.name), property)
      }
    },
    CallExpression(node) {
      use(anyMember(`${eventOf(node)}_event`), node)
    },
  })
  return needs
}

/** All names that a script declares; they are not the browser's. */
function declaredIn(program: AnyNode): Set<string> {
  const names = new Set<string>()
  simple(program, {
    Pattern(node) {
      if (node.type === "Identifier") names.add(node.name)
    },
  })
  return names
}

/** Whatever is followed by `?.` may be lacking. */
function askedFor(program: AnyNode): Set<Node> {
  const nodes = new Set<Node>()
  simple(program, {
    MemberExpression({ object, optional }) {
      if (optional) nodes.add(object)
    },
    CallExpression({ callee, optional }) {
      if (optional) nodes.add(callee)
    },
  })
  return nodes
}

const globalNamed = (name: string) =>
  GLOBALS.map((place) => `${place}.${name}`)
    .filter(featureAt)
    .slice(0, 1)
const anyMember = (name: string) => MEMBERS.get(name) ?? []

function memberOf(node: MemberExpression, own: Set<string>): string[] {
  const { object } = node
  const name = nameOf(node)
  if (name === null) return []
  if (object.type === "Identifier" && !own.has(object.name)) {
    const known = memberOfGlobal(object.name, name)
    if (known.length > 0) return known
  }
  return object.type === "CallExpression" && isIterator(object)
    ? [`${BUILTINS}.Iterator.${name}`].filter(featureAt)
    : anyMember(name)
}

/** `Object.values` and its like give arrays. */
function isIterator(call: CallExpression): boolean {
  const { callee } = call
  if (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "Object"
  )
    return false
  return MAKES_ITERATOR.has(methodOf(call) ?? "")
}

function memberOfGlobal(object: string, name: string): string[] {
  const singleton = SINGLETONS[object]
  if (singleton === "Window") return globalNamed(name)
  const places = [
    `api.${singleton ?? object}.${name}${singleton ? "" : "_static"}`,
    `${BUILTINS}.${object}.${name}`,
  ]
  return places.filter(featureAt)
}

/** The name after the dot, or in brackets if it stands there as it is. */
function nameOf({ property, computed }: MemberExpression): string | null {
  if (property.type === "Identifier" && !computed) return property.name
  return property.type === "Literal" && typeof property.value === "string" ? property.value : null
}

const methodOf = ({ callee }: CallExpression) => (callee.type === "MemberExpression" ? nameOf(callee) : null)

function eventOf(node: CallExpression): string | null {
  const [event] = node.arguments
  if (methodOf(node) !== "addEventListener" || event?.type !== "Literal") return null
  return String(event.value)
}

/** A script that has an object of a young interface got it by a name, and that name is checked itself. */
function membersByName(): Map<string, string[]> {
  const members = new Map<string, string[]>()
  const { builtins = {} } = bcd.javascript
  const places = [
    ["api", bcd.api as Record<string, Identifier>],
    [BUILTINS, builtins],
    [`${BUILTINS}.Intl`, builtins.Intl ?? {}],
  ] as const
  for (const [place, interfaces] of places) {
    for (const [owner, parts] of Object.entries(interfaces)) {
      const path = `${place}.${owner}`
      if (NOT_MET.test(owner) || !featureAt(path) || lacking(path).length > 0) continue
      for (const name of Object.keys(parts).filter((name) => featureAt(`${path}.${name}`)))
        members.set(name, [...(members.get(name) ?? []), `${path}.${name}`])
    }
  }
  return members
}

/** esbuild rewrites syntax that a target does not understand; if its output differs, the script needs more. */
async function syntaxOf(code: string): Promise<Need[]> {
  const [asItIs, forOldest] = await Promise.all([linesFor(code, "esnext"), linesFor(code, ESBUILD_TARGETS)])
  const where = asItIs.find((line, i) => line !== forOldest[i])
  return where === undefined ? [] : [{ feature: "syntax", lackedBy: ESBUILD_TARGETS, where }]
}

async function linesFor(code: string, target: string | string[]): Promise<string[]> {
  const options: TransformOptions = { target, format: "esm", legalComments: "none" }
  // Every browser has them; esbuild only means that each knows the letters of its own year.
  const supported = { "regexp-unicode-property-escapes": true }
  return (await transform(code, { ...options, supported })).code.split("\n")
}
