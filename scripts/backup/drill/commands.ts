/** The commands that an operator runs, each as a process of its own. */

import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"

type Environment = Record<string, string>

const inherited = (): Environment => ({ PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/" })

/** Runs a script to its end. @throws {UserError} with what it said, where its exit code is none of these */
export async function run(
  script: string,
  words: readonly string[],
  env: Environment,
  allowed: readonly number[] = [0],
): Promise<{ code: number; out: string }> {
  const child = Bun.spawn([process.execPath, script, ...words], {
    cwd: CHECKOUT,
    env: { ...inherited(), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  })
  const { code, out, err } = await outputOf(child)
  if (allowed.includes(code)) return { code, out }
  throw new UserError(`${script} ended with ${code}: ${err.trim() || out.trim()}`)
}

/** `bun run backup --follow`. */
export function startFollower(env: Environment, logFile: string): SupervisedProcess {
  const command = [process.execPath, "scripts/backup/backup.ts", "--follow"]
  return startSupervised(command, { cwd: CHECKOUT, env: { ...inherited(), ...env }, logFile })
}
