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

test("lib imports from nobody, an app from lib and itself, and neither from a test or its fixtures", () => {
  expect(arrows.length).toBeGreaterThan(1_000)
  const wrong = arrows.filter(({ from, to }) => {
    const [own, other] = [partOf(from), partOf(to)]
    if (own === "scripts") return false
    return /\.test\.|\/testing\//.test(to) || ![own, "lib", "package.json"].includes(other)
  })
  expect(wrong).toEqual([])
})
