/** Whether each installed package has a licence under which Tallyroom may use it. */

import { lstatSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Glob } from "bun"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"

/** Licences that ask nothing of who runs or changes Tallyroom; that of MPL's files stays with these files, which are not changed. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "Python-2.0"],
  ...["Unlicense", "CC0-1.0", "Zlib", "MPL-2.0"],
])
/** Packages whose package.json names no licence, and what they are under. */
const KNOWN: Readonly<Record<string, string>> = {
  // Their readmes and authors say so; s3rver, which tests alone use, brings them.
  "only@0.0.2": "MIT",
  "humanize-number@0.0.2": "MIT",
}

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
})
type Package = z.infer<typeof packageSchema>

export type Licences = { readonly packages: number; readonly faults: readonly string[] }

/**
 * Looks at every package that is installed, those of other platforms not being there.
 * @param modules the folder node_modules, as Bun's isolated linker fills it
 * @returns a sentence for each package that may not stay
 */
export function judgeLicences(modules: string): Licences {
  const packages = installedPackages(modules)
  const faults = packages.flatMap((it) => {
    const name = `${it.name}@${it.version}`
    const licence = licenceOf(it) ?? KNOWN[name]
    if (licence !== undefined && isAllowed(licence)) return []
    return [
      `${name} ${licence === undefined ? "names no licence" : `is under ${licence}`}: take another package (\`bun why ${it.name}\` says who brings it), or add what it is under to scripts/check/supply/licences.ts if Tallyroom may be given away with it.`,
    ]
  })
  return { packages: packages.length, faults }
}

/** @throws {UserError} where nothing is installed as expected, as nothing would be judged then */
function installedPackages(modules: string): Package[] {
  const store = join(modules, ".bun")
  const paths = ["*/node_modules/*/package.json", "*/node_modules/@*/*/package.json"].flatMap((pattern) => [
    ...new Glob(pattern).scanSync({ cwd: store, dot: true, followSymlinks: true }),
  ])
  const own = paths.filter((path) => !lstatSync(dirname(join(store, path))).isSymbolicLink())
  if (own.length === 0) throw new UserError(`No package is in ${store}: \`bun install\` puts them there.`)
  return own
    .map((path) => packageSchema.parse(JSON.parse(readFileSync(join(store, path), "utf8"))))
    .sort((a, b) => a.name.localeCompare(b.name))
}

function licenceOf({ license, licenses }: Package): string | undefined {
  if (typeof license === "object") return license.type
  return license ?? licenses?.map(({ type }) => type).join(" OR ")
}

/** By an expression of SPDX without inner brackets: one of the licences beside OR, and all of those beside AND. */
export function isAllowed(expression: string): boolean {
  const flat = expression.trim().replace(/^\((.*)\)$/, "$1")
  return flat.split(/\s+OR\s+/).some((choice) => choice.split(/\s+AND\s+/).every((it) => ALLOWED.has(it)))
}
