/** `bun run chart`: makes the Helm chart's templates from k8s-deployment/, or says where they differ. */

import { cp, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { Glob } from "bun"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, orElse, text } from "../services/terminal/options"
import { templatesOf } from "./chart/templates"
import { MANIFESTS } from "./cluster/apply"

const CHART = join(CHECKOUT, "charts/tallyroom")
const USAGE = `Usage: bun run chart [--check] [--manifests DIR] [--dir DIR]

Makes the templates of charts/tallyroom from the plain manifests, and writes the images and versions that those name
into its values.yaml and Chart.yaml. What stands by hand in the chart: values, their schema, the helpers, the notes.

  --check          change nothing; exit 1 and name the files that would change
  --manifests DIR  from there (k8s-deployment)
  --dir DIR        write the whole chart there (charts/tallyroom)
  --help           show this`

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: { check: flag, manifests: orElse(text, MANIFESTS), dir: orElse(text, CHART) },
  })
  const wanted = await chartFiles(values.manifests)
  const there = [...new Glob("templates/*.yaml").scanSync({ cwd: CHART })].filter((file) => !wanted.has(file))
  const changed = [...there]
  for (const [file, content] of wanted)
    if ((await textOf(join(values.dir, file))) !== content) changed.push(file)
  if (values.check) {
    for (const file of changed) console.log(`charts/tallyroom/${file} is not what \`bun run chart\` makes.`)
    return changed.length === 0 ? 0 : 1
  }
  if (values.dir !== CHART) await cp(CHART, values.dir, { recursive: true })
  await mkdir(join(values.dir, "templates"), { recursive: true })
  for (const file of there) await rm(join(values.dir, file))
  for (const [file, content] of wanted) await Bun.write(join(values.dir, file), content)
  console.log(`${wanted.size} files, ${changed.length} of them changed.`)
  return 0
}

/** The content of all files that follow from the manifests and package.json, by their path in the chart. */
async function chartFiles(manifests: string): Promise<Map<string, string>> {
  const { files, images } = await templatesOf(manifests)
  const values = (await Bun.file(join(CHART, "values.yaml")).text()).replace(
    /^ {2}(\w+): \S+[:@]\S+$/gm,
    (line, name) => (images.has(name) ? `  ${name}: ${images.get(name)}` : line),
  )
  const about = (await Bun.file(join(CHART, "Chart.yaml")).text())
    .replace(/^version: .*$/m, `version: ${version}`)
    .replace(/^appVersion: .*$/m, `appVersion: ${version}`)
  const templates = [...files].map(([file, content]) => [`templates/${file}`, content] as const)
  return new Map([...templates, ["values.yaml", values], ["Chart.yaml", about]])
}

async function textOf(file: string): Promise<string> {
  return Bun.file(file)
    .text()
    .catch(() => "")
}
