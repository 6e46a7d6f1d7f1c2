/** Whether a secret stands in a file that Git knows, or stood in one in any commit; found by gitleaks and its rules. */

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { z } from "zod"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"
import { ensureGoTool } from "../../services/tools/go"

const foundSchema = z.array(
  z.object({ RuleID: z.string(), File: z.string(), StartLine: z.number(), Commit: z.string() }),
)
const REMEDY =
  "revoke it where it is valid, then take it out; one that is none is told to .gitleaks.toml with its reason"

export type Secrets = { readonly commits: number; readonly faults: readonly string[] }

/**
 * @param folder a checkout with its whole history
 * @returns a sentence for each place, which never has the secret in it
 * @throws {UserError} for a checkout without its history, or when gitleaks fails
 */
export async function findSecrets(folder: string, say: (line: string) => void): Promise<Secrets> {
  if ((await git(folder, "rev-parse", "--is-shallow-repository")) === "true")
    throw new UserError("The checkout lacks its history: `git fetch --unshallow` brings it.")
  const program = await ensureGoTool("gitleaks", say)
  const scratch = mkdtempSync(join(tmpdir(), "tallyroom-secrets-"))
  try {
    const tree = join(scratch, "tree")
    await copyTree(folder, tree)
    const inTree = await scan(program, folder, ["dir", tree], join(scratch, "tree.json"))
    const inHistory = await scan(program, folder, ["git", folder], join(scratch, "history.json"))
    const faults = [
      ...inTree.map((it) => `${it.File.slice(tree.length + 1)}:${it.StartLine} has a secret (${it.RuleID})`),
      ...inHistory.map(
        (it) => `${it.File}:${it.StartLine} of commit ${it.Commit.slice(0, 10)} has a secret (${it.RuleID})`,
      ),
    ]
    const commits = Number(await git(folder, "rev-list", "--count", "HEAD"))
    return { commits, faults: faults.map((fault) => `${fault}: ${REMEDY}.`) }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

async function git(folder: string, ...words: string[]): Promise<string> {
  const { out, err, code } = await outputOf(
    Bun.spawn(["git", "-C", folder, ...words], { stdout: "pipe", stderr: "pipe" }),
  )
  if (code !== 0) throw new UserError(`git ${words[0]} failed: ${err.trim()}`)
  return out.trim()
}

/** The files that Git knows, as they are now. */
async function copyTree(folder: string, to: string): Promise<void> {
  const paths = (await git(folder, "ls-files", "-z")).split("\0").filter((path) => path !== "")
  mkdirSync(to, { recursive: true })
  for (const path of paths.filter((it) => existsSync(join(folder, it)))) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    copyFileSync(join(folder, path), join(to, path))
  }
}

async function scan(program: string, folder: string, what: readonly string[], report: string) {
  const rules = join(folder, ".gitleaks.toml")
  const flags = [
    "--no-banner",
    "--redact",
    "--exit-code=0",
    "--report-format=json",
    `--report-path=${report}`,
  ]
  const words = [program, ...what, ...flags, ...(existsSync(rules) ? [`--config=${rules}`] : [])]
  const { err, code } = await outputOf(
    Bun.spawn(words, { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" }),
  )
  if (code !== 0) throw new UserError(`gitleaks failed: ${err.trim().split("\n").slice(-5).join("\n")}`)
  return foundSchema.parse(await Bun.file(report).json())
}
