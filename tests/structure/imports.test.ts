/** Which way imports may go: scripts know apps, apps know lib, and lib knows nobody. */

import { expect, test } from "bun:test"
import { existsSync, readFileSync } from "node:fs"
import { join, normalize } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g
const ENDINGS = ["", ".ts", ".tsx"]

type Arrow = { from: string; to: string }

/** What a specifier of a file leads to, as a path in the checkout; null for a package. */
function targetOf(from: string, specifier: string): string | null {
  const path = specifier.startsWith("@tallyroom/lib/")
    ? specifier.replace("@tallyroom/", "")
    : specifier.startsWith(".")
      ? normalize(join(from, "..", specifier))
      : null
  if (path === null) return null
  const ending = ENDINGS.find((it) => /\.\w+$/.test(path + it) && existsSync(join(CHECKOUT, path + it)))
  if (ending === undefined) throw new Error(`${from} imports ${specifier}, which is not there`)
  return path + ending
}

/** The imports of all files but tests and their fixtures. */
const arrows: Arrow[] = [...new Bun.Glob("{apps,lib,scripts}/**/*.{ts,tsx}").scanSync(CHECKOUT)]
  .filter((file) => !/node_modules|\.test\.|\/testing\//.test(file))
  .flatMap((from) =>
    [...readFileSync(join(CHECKOUT, from), "utf8").matchAll(IMPORT)].flatMap(([, specifier = ""]) => {
      const to = targetOf(from, specifier)
      return to === null ? [] : [{ from, to }]
    }),
  )

/** apps/vote, apps/worker, apps/result, lib, scripts, tests or a file of the checkout itself. */
const partOf = (path: string) => path.split("/", path.startsWith("apps/") ? 2 : 1).join("/")

test("lib imports from nothing else, an app from lib and itself, and neither from a test or its fixtures", () => {
  expect(arrows.length).toBeGreaterThan(1_000)
  const wrong = arrows.filter(({ from, to }) => {
    const [own, other] = [partOf(from), partOf(to)]
    if (own === "scripts") return false
    return /\.test\.|\/testing\//.test(to) || ![own, "lib", "package.json"].includes(other)
  })
  expect(wrong).toEqual([])
})

/**
 * A folder of an app is a feature, and one of scripts is a group of commands; so is each folder of scripts/services, which
 * commands share. A file that stands beside the folders counts by itself.
 */
function nodeOf(part: string, path: string): string {
  const [first = "", ...rest] = path.slice(part.length + 1).split("/")
  if (`${part}/${first}` === "scripts/services") return nodeOf("scripts/services", path)
  return rest.length > 0 ? `${first}/` : first
}

/** All arrows between the folders of an app or of scripts that are part of a circle. */
function circular(part: string): Arrow[] {
  const own = arrows.filter(({ from, to }) => from.startsWith(`${part}/`) && to.startsWith(`${part}/`))
  const next = Map.groupBy(own, ({ from }) => nodeOf(part, from))
  const leadsBack = (start: string, goal: string): boolean => {
    const seen = new Set([start])
    for (const node of seen) for (const { to } of next.get(node) ?? []) seen.add(nodeOf(part, to))
    return seen.has(goal)
  }
  return own.filter(({ from, to }) => {
    const [a, b] = [nodeOf(part, from), nodeOf(part, to)]
    return a !== b && leadsBack(b, a)
  })
}

test.each(["apps/vote", "apps/worker", "apps/result", "scripts"])(
  "no folder of %s imports, directly or not, from one that imports it",
  (part) => {
    expect(circular(part)).toEqual([])
  },
)

test("scripts import nothing from the tests", () => {
  expect(arrows.filter(({ from, to }) => partOf(from) === "scripts" && partOf(to) === "tests")).toEqual([])
})

test("the builder of images is sent every file of scripts that compiling an app takes", () => {
  const needed = new Set(["scripts/deploy/images/compile.ts"])
  for (const file of needed) for (const { from, to } of arrows) if (from === file) needed.add(to)
  const sent = readFileSync(join(CHECKOUT, ".dockerignore"), "utf8").split("\n")
  const isSent = (file: string) =>
    sent.some((line) => line === `!${file}` || file.startsWith(`${line.slice(1)}/`))
  const missing = [...needed].filter((file) => file.startsWith("scripts/") && !isSent(file))
  expect(missing).toEqual([])
})

test("what judges a run of the failure prover shares no code with what it judges", () => {
  const own = arrows.filter(({ from }) => from.startsWith("scripts/prove/checker/"))
  expect(own.length).toBeGreaterThan(20)
  const foreign = own.filter(({ to }) => !/^scripts\/prove\/(checker|record)\//.test(to))
  expect(foreign).toEqual([])
  const fromRecord = arrows.filter(({ from }) => from.startsWith("scripts/prove/record/"))
  expect(fromRecord.filter(({ to }) => !to.startsWith("scripts/prove/record/"))).toEqual([])
})
