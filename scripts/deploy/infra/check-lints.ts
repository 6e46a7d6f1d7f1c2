/** What tflint and checkov say of infra/. What they find and we accept stands in their files there, each with its reason. */

import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import type { Checks } from "../../services/terminal/checks"

const INFRA = join(CHECKOUT, "infra")
/** How each is got, for whoever lacks it. */
const SOURCES = {
  tflint: "go install github.com/terraform-linters/tflint@v0.64.0",
  checkov: "pipx install checkov==3.3.30",
}
type Lint = keyof typeof SOURCES

export async function checkLints(checks: Checks, folders: readonly string[]): Promise<void> {
  await lint(checks, "tflint", (program) =>
    eachFolder(folders, (folder) => [
      program,
      "--no-color",
      `--chdir=${folder}`,
      `--config=${join(INFRA, ".tflint.hcl")}`,
    ]),
  )
  await lint(checks, "checkov", async (program) => {
    const said = await run([program, "--directory", ".", "--config-file", ".checkov.yaml"])
    // A folder in which it sees nothing passes, too.
    const passed = Number(/Passed checks: (\d+)/.exec(said)?.[1] ?? 0)
    if (passed === 0) throw new Error(`checkov looked at nothing:\n${said}`)
    return `${passed} of its checks`
  })
}

async function lint(
  checks: Checks,
  name: Lint,
  judge: (program: string) => Promise<string | undefined>,
): Promise<void> {
  const program = Bun.which(name)
  if (program === null) return checks.skip(name, `it is not installed: ${SOURCES[name]}`)
  await checks.check(name, () => judge(program))
}

async function eachFolder(
  folders: readonly string[],
  words: (folder: string) => string[],
): Promise<undefined> {
  for (const folder of folders) await run(words(folder))
}

/** @returns what it printed @throws {Error} with its findings */
async function run(words: string[]): Promise<string> {
  const child = Bun.spawn(words, { cwd: INFRA, stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const { code, out, err } = await outputOf(child)
  if (code !== 0) throw new Error(`${out}${err}`.trim())
  return out
}
