/** The pages run in the oldest browsers that the README names: nothing that is sent to a browser needs a younger one. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { prebuildAssets } from "@tallyroom/lib/http/assets"
import { ENTRYPOINTS as RESULT } from "../../apps/result/app"
import { ENTRYPOINTS as VOTE } from "../../apps/vote/app"
import { CHECKOUT } from "../../scripts/services/checkout"
import { EXCUSES, excusesFor } from "./excuses"
import { needsOfScript } from "./script"
import { needsOfStyle } from "./style"
import { type Need, OLDEST } from "./targets"

const HASH = /-[a-z0-9]{8}(?=\.\w+$)/

let folder: string
/** The needs of each file that is sent to visitors, by names such as "ballot.js". */
const needs = new Map<string, Need[]>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tallyroom-built-"))
  await prebuildAssets(folder, [...VOTE, ...RESULT])
  for (const name of readdirSync(folder).filter((it) => /\.(js|css)$/.test(it))) {
    const code = readFileSync(join(folder, name), "utf8")
    needs.set(name.replace(HASH, ""), name.endsWith(".js") ? await needsOfScript(code) : needsOfStyle(code))
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("what is sent to browsers", () => {
  test("needs nothing that a supported one lacks, but what falls away without harm (excuses.ts)", () => {
    const unexcused = [...needs].flatMap(([file, all]) =>
      all
        .filter(({ feature }) => excusesFor(file, feature).length === 0)
        .map(
          ({ feature, lackedBy, where }) => `${file}: ${feature}, not in ${lackedBy.join(", ")}: ${where}`,
        ),
    )
    expect(unexcused).toEqual([])
  })

  test("is excused for nothing that it does not use", () => {
    const used = [...needs].flatMap(([file, all]) => all.flatMap(({ feature }) => excusesFor(file, feature)))
    expect(EXCUSES.filter((excuse) => !used.includes(excuse))).toEqual([])
  })

  test("is all looked at: the scripts and styles of every page", () => {
    const expected = [...VOTE, ...RESULT].map((path) => path.replace(/^.*\//, "").replace(/\.tsx?$/, ".js"))
    expect([...needs.keys()]).toEqual(expect.arrayContaining(expected))
  })

  test("is for the browsers that README and docs/pages.md name", () => {
    const named = Object.entries(OLDEST).map(([browser, version]) => `${browser} ${version}`)
    for (const file of ["README.md", "docs/pages.md"]) {
      const text = readFileSync(join(CHECKOUT, file), "utf8")
      expect([file, named.filter((it) => !text.includes(it))]).toEqual([file, []])
    }
  })
})

describe("the check of a script", () => {
  const featuresOf = async (code: string) => (await needsOfScript(code)).map(({ feature }) => feature)

  test.each([
    ["[3, 1].toSorted()", "javascript.builtins.Array.toSorted"],
    ["const { toSorted } = list", "javascript.builtins.Array.toSorted"],
    ["list.findLast(Boolean)", "javascript.builtins.Array.findLast"],
    ["fetch(url, { signal: AbortSignal.timeout(1) })", "api.AbortSignal.timeout_static"],
    ["new Intl.Segmenter()", "javascript.builtins.Intl.Segmenter"],
    ["Promise.withResolvers()", "javascript.builtins.Promise.withResolvers"],
    ["window.requestIdleCallback(work)", "api.Window.requestIdleCallback"],
    ["navigator['wakeLock'].request()", "api.Navigator.wakeLock"],
    ["votes.values().map(String)", "javascript.builtins.Iterator.map"],
    ["menu.showPopover()", "api.HTMLElement.showPopover"],
    ["list.addEventListener('scrollend', done)", "api.Document.scrollend_event"],
    ["/(?<=a)b/.test(text)", "syntax"],
    ["class Poll { static { start() } }", "syntax"],
  ])("finds what %s needs", async (code, feature) => {
    expect(await featuresOf(code)).toContain(feature)
  })

  test("leaves alone what all have, what is asked for with ?., and names of the script's own", async () => {
    const harmless = `
      const Segmenter = 1, { submitter } = event
      Object.values(list).every(print)
      print(list.at(-1), structuredClone(submitter), Object.hasOwn(list, "a"), text.replaceAll("a", "b"))
      navigator.wakeLock?.request("screen"), list.toSorted?.(), poll.results, Segmenter.timeout
      function print() {}`
    expect(await featuresOf(harmless)).toEqual([])
  })
})

describe("the check of a stylesheet", () => {
  const featuresOf = (css: string) => needsOfStyle(css).map(({ feature }) => feature)
  const dynamic = "css.types.length.viewport_percentage_units_dynamic"

  test.each([
    ["x:has(y) { color: red }", "css.selectors.has"],
    ["x { height: 100dvh }", dynamic],
    ["x { --height: 100vh; --height: 100dvh }", dynamic],
    ["x { height: 100vh; height: calc(100dvh - var(--bar)) }", dynamic],
    ["x { color: red; background: color-mix(in srgb, red, blue) }", "css.types.color.color-mix"],
    ["x { &:hover { color: red } }", "css.selectors.nesting"],
    ["@container (min-width: 1px) { x { color: red } }", "css.at-rules.container"],
    ["@media (width <= 100px) { x { color: red } }", "css.at-rules.media.range_syntax"],
    ["x:popover-open { color: red }", "css.selectors.popover-open"],
    ["x { translate: 0 1px }", "css.properties.translate"],
    ["x { overflow: clip }", "css.properties.overflow.clip"],
  ])("finds what %s needs", (css, feature) => {
    expect(featuresOf(css)).toContain(feature)
  })

  test("leaves alone what all have, what @supports asks for, and what falls back", () => {
    const harmless = `
      @supports (height: 1dvh) { x:has(y) { height: 1dvh } }
      x { height: 100vh; height: 100dvh; inset: 0; color: var(--ink) }
      x { -webkit-user-select: none; user-select: none }
      @media (prefers-reduced-motion: reduce) { x:is(a, b)::before { width: clamp(1px, 2vw, 3px) } }`
    expect(featuresOf(harmless)).toEqual([])
  })

  test("refuses what it can't read", () => {
    expect(() => needsOfStyle("x { a b }")).toThrow("a stylesheet can't be read")
  })
})
