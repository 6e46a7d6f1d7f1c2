import { CHECKOUT } from "../../services/checkout"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"

/** How many of its last lines a command that failed is quoted with. */
const QUOTED_LINES = 25

/** Runs one of this project's scripts to its end. @throws {UserError} with its last lines when it fails */
export async function runToEnd(
  script: string,
  words: string[],
  env: Record<string, string>,
): Promise<string[]> {
  const last: string[] = []
  const inherited = Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  )
  const child = startSupervised([process.execPath, script, ...words], {
    cwd: CHECKOUT,
    env: { ...inherited, ...env },
    onLine: (line) => {
      if (last.push(line) > QUOTED_LINES) last.shift()
    },
  })
  const code = await child.exited
  if (code === 0) return last
  throw new UserError(`${script} ${words.join(" ")} ended with ${code}:\n${last.join("\n")}`)
}
