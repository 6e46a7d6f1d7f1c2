/** `bun run templates`: makes the templates of one-click platforms from compose.yaml, or says which are stale. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { templateFiles } from "./templates/files"

const USAGE = `Usage: bun run templates [--check]

Makes one-click/ from compose.yaml: templates for Coolify, Portainer, Easypanel and CapRover (docs/one-click.md).

  --check  change nothing; exit 1 and name the files that would change
  --help   show this`

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
  const changed: string[] = []
  for (const [name, content] of await templateFiles()) {
    const file = Bun.file(join(CHECKOUT, name))
    if ((await file.exists()) && (await file.text()) === content) continue
    changed.push(name)
    if (!values.check) await Bun.write(file, content)
  }
  for (const name of changed)
    console.log(values.check ? `${name} is not what \`bun run templates\` makes.` : `Wrote ${name}.`)
  return values.check && changed.length > 0 ? 1 : 0
}
