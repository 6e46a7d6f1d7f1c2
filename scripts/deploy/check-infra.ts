/** `bun run check:infra`: whether infra/ is formatted, valid, plans what its tests say, passes its lints, and sets up a bare machine. */

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { someOf } from "../services/terminal/options"
import { checkLints } from "./infra/check-lints"
import { checkSetup } from "./infra/check-setup"

const FOLDERS = ["aws-ec2", "digitalocean"] as const
const PARTS = [...FOLDERS, "lints", "setup"] as const
const USAGE = `Usage: bun run check:infra [--only PARTS]

Checks each folder of infra/ by OpenTofu or Terraform, whichever is installed: format, validity, and its tests, on providers that make
nothing. \`lints\` is what tflint and checkov say of both. \`setup\` runs the setup script of aws-ec2 on a bare Debian in a temporary
folder (as root, with debootstrap; 1 GB, some minutes), from what is committed. No login to a cloud is needed or used. What the machine lacks is skipped, with the reason.
The last line is "N passed, N failed".

  --only PARTS   some of ${PARTS.join(", ")}
  --help         show this

Environment:
  TF_CLI_CONFIG_FILE   where providers come from, if not from the tool's registry`

/** What both tools say when neither their registry nor a mirror has a provider. */
const NO_PROVIDER = "Failed to query available provider packages"

const { values } = readCommandLine({ usage: USAGE, options: { only: someOf(PARTS, "part") } })
await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const checks = new Checks()
  const tool = Bun.which("tofu") ?? Bun.which("terraform")
  for (const part of values.only ?? PARTS) {
    if (part === "setup") await checkSetup(checks)
    else if (part === "lints") await checkLints(checks, FOLDERS)
    else if (tool === null) checks.skip(part, "neither OpenTofu nor Terraform is installed")
    else await checkFolder(checks, tool, part)
  }
  return checks.report()
}

/** The tool's own files go to a folder that is removed, and not into the checkout. */
async function checkFolder(checks: Checks, tool: string, folder: string): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), "tallyroom-infra-"))
  const run = (...words: string[]) => runTool(tool, words, join(CHECKOUT, "infra", folder), data)
  try {
    await checks.check(`${folder}: format`, () => run("fmt", "-check", "-diff", "-recursive"))
    const fault = await failureOf(run("init", "-backend=false", "-input=false", "-no-color"))
    if (fault?.includes(NO_PROVIDER))
      return checks.skip(`${folder}: valid, and its tests`, "its providers are not to be had here")
    const isReady = await checks.check(`${folder}: init`, async () => {
      if (fault !== null) throw new Error(fault)
      return undefined
    })
    if (!isReady) return
    await checks.check(`${folder}: valid`, () => run("validate", "-no-color"))
    await checks.check(`${folder}: its tests`, () => run("test", "-no-color"))
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

/** @returns the last line that it printed @throws {Error} with all of its output when it fails */
async function runTool(tool: string, words: string[], cwd: string, data: string): Promise<string> {
  const env = { ...process.env, TF_DATA_DIR: data, TF_IN_AUTOMATION: "1" }
  const child = Bun.spawn([tool, ...words], { cwd, env, stdout: "pipe", stderr: "pipe" })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${words[0]} failed:\n${out}${err}`.trim())
  return out.trim().split("\n").at(-1) ?? ""
}

/** Why it failed, or null. */
async function failureOf(run: Promise<unknown>): Promise<string | null> {
  return run.then(
    () => null,
    (error: Error) => error.message,
  )
}
