/** Whether the API server takes everything that is applied by its own name, operators' objects among it. Nothing of it is kept. */

import { join } from "node:path"
import { Glob } from "bun"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { ensureOperatorDefinitions } from "../../services/tools/operator-definitions"
import { waitFor } from "../../services/wait"
import { MANIFESTS } from "./apply"
import { kubectl, tryKubectl } from "./kubectl"
import { SLIPS } from "./slips"

/** Needs what addons/backup.yaml makes, and is applied by the step `backup`. */
const RESTORE = "addons/restore.yaml"
const definitionSchema = z.object({ metadata: z.object({ name: z.string() }) })

interface Definition {
  readonly file: string
  /** As kubectl takes it. */
  readonly name: string
}

/**
 * Has the API server judge each file by the operators' own definitions, where it has none for as long as this lasts, and
 * everything by its admission. @throws {UserError} naming what it refuses, or takes though it is wrong
 */
export async function assertTaken(say: (line: string) => void): Promise<string> {
  const { files } = await ensureOperatorDefinitions(say)
  const missing = await unknown(files)
  try {
    for (const definition of missing) await define(definition)
    const manifests = [...new Glob("*/*.yaml").scanSync({ cwd: MANIFESTS })]
      .filter((it) => it !== RESTORE)
      .sort()
    for (const name of manifests) await assertTakes(name)
    for (const [addon, right, wrong] of SLIPS) await assertRefuses(addon, right, wrong)
    return `${manifests.length} files, by ${files.length} definitions of operators, ${missing.length} of them for as long as this took`
  } finally {
    for (const { name } of missing) await kubectl(["delete", name, "--ignore-not-found", "--wait"])
  }
}

/** Those that the cluster does not have, from an operator, as files and by their names. */
async function unknown(files: readonly string[]): Promise<Definition[]> {
  const definitions = await Promise.all(files.map(read))
  const there = await Promise.all(definitions.map(({ name }) => tryKubectl(["get", name])))
  return definitions.filter((_, i) => there[i]?.code !== 0)
}

async function read(file: string): Promise<Definition> {
  const { metadata } = definitionSchema.parse(Bun.YAML.parse(await Bun.file(file).text()))
  return { file, name: `customresourcedefinition/${metadata.name}` }
}

async function define({ file, name }: Definition): Promise<void> {
  await kubectl(["create", "--filename", file])
  // kubectl fails at once where a definition has no conditions yet.
  const words = ["wait", name, "--for=condition=Established", "--timeout=5s"]
  await waitFor(`${name} to be established`, async () => (await tryKubectl(words)).code === 0)
}

async function assertTakes(name: string): Promise<void> {
  const { code, err } = await judge(await Bun.file(join(MANIFESTS, name)).text())
  if (code !== 0 || err !== "") throw new UserError(`Of ${name} the API server says: ${err}`)
}

async function assertRefuses(addon: string, right: string, wrong: string): Promise<void> {
  const text = await Bun.file(join(MANIFESTS, `addons/${addon}.yaml`)).text()
  const { code, err } = await judge(text.replace(right, wrong))
  const field = wrong.replace(/:.*/, "")
  if (code === 0 || !err.includes(field))
    throw new UserError(`${addon}.yaml with ${field} in the place of ${right} is taken: ${err || "no word"}`)
}

const judge = (manifest: string) => tryKubectl(["apply", "--dry-run=server", "--filename", "-"], manifest)
